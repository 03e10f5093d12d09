package io.sluice.demo.cloudcosts;

import io.sluice.demo.cloudcosts.Fleet.Provider;
import java.util.Locale;
import java.util.SplittableRandom;

/** Names resources as their providers do. */
final class ResourceIds {
  private ResourceIds() {}

  /**
   * An id in the shape that silver holds.
   *
   * @param kind {@code machine}, {@code disk}, or the code of a managed service
   */
  static String of(
      Provider provider,
      String kind,
      String name,
      SplittableRandom random,
      int account,
      int region) {
    long bits = random.nextLong();
    return switch (provider) {
      case AWS ->
          switch (kind) {
            case "machine" -> "i-0" + hex(bits);
            case "disk" -> "vol-0" + hex(bits);
            default ->
                "arn:aws:"
                    + awsNamespace(kind)
                    + ":"
                    + CostExport.AWS_REGIONS[region][0]
                    + ":"
                    + CostExport.awsAccount(account)
                    + ":"
                    + name;
          };
      case AZURE ->
          "/subscriptions/"
              + CostExport.azureSubscription(account)
              + "/resourcegroups/rg-"
              + Fleet.ACCOUNTS[account]
              + "/providers/"
              + switch (kind) {
                case "machine" -> "microsoft.compute/virtualmachines/";
                case "disk" -> "microsoft.compute/disks/disk-";
                default ->
                    "microsoft.managed/" + kind.toLowerCase(Locale.ROOT).replace(' ', '-') + "/";
              }
              + name;
      case GCP ->
          kind.equals("machine")
              ? "//compute.googleapis.com/projects/acme-"
                  + Fleet.ACCOUNTS[account]
                  + "/zones/"
                  + CostExport.GCP_REGIONS[region]
                  + "-b/instances/"
                  + (bits >>> 2)
              : "//cloud.googleapis.com/projects/acme-"
                  + Fleet.ACCOUNTS[account]
                  + "/resources/"
                  + name;
      case ORACLE -> "ocid1." + kind.toLowerCase(Locale.ROOT) + ".oc1.eu-frankfurt-1." + hex(bits);
    };
  }

  private static String awsNamespace(String code) {
    String lower = code.toLowerCase(Locale.ROOT);
    return lower.startsWith("amazon")
        ? lower.substring(6)
        : lower.startsWith("aws") ? lower.substring(3) : "market";
  }

  private static String hex(long bits) {
    return String.format(Locale.ROOT, "%016x", bits);
  }
}
