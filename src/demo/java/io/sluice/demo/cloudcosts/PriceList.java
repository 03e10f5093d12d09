package io.sluice.demo.cloudcosts;

import io.sluice.demo.cloudcosts.Fleet.Provider;

/** What providers offer and at which list price: machine types, disks, managed services. */
final class PriceList {
  /**
   * A service and its one meter.
   *
   * @param name empty when the provider's export leaves it open
   * @param rate list price of a unit, in 1/1,000,000 of the currency
   * @param hours whether it is metered by the hour or by the day
   */
  record Service(
      Provider provider,
      String code,
      String name,
      String meter,
      String unit,
      long rate,
      Granularity hours) {
    String focusName() {
      return name.isEmpty() ? "Unknown service" : name;
    }

    String group(String team) {
      return provider.focusName + "|" + focusName() + "|" + (team == null ? "unallocated" : team);
    }
  }

  enum Granularity {
    HOURLY,
    DAILY
  }

  record Type(String name, int cores, int memory, long hourlyRate) {}

  static final Type[][] TYPES = {
    {
      new Type("m5.large", 2, 8, 96_000),
      new Type("t3.medium", 2, 4, 41_600),
      new Type("m5.xlarge", 4, 16, 192_000),
      new Type("c5.xlarge", 4, 8, 170_000),
      new Type("r5.2xlarge", 8, 64, 504_000),
      new Type("m5.4xlarge", 16, 64, 768_000),
      new Type("g4dn.2xlarge", 8, 32, 752_000)
    },
    {
      new Type("Standard_D2s_v5", 2, 8, 89_000),
      new Type("Standard_B2s", 2, 4, 38_700),
      new Type("Standard_D4s_v5", 4, 16, 178_000),
      new Type("Standard_F4s_v2", 4, 8, 157_000),
      new Type("Standard_E8s_v5", 8, 64, 467_000),
      new Type("Standard_D16s_v5", 16, 64, 712_000),
      new Type("Standard_NC8as_T4_v3", 8, 56, 698_000)
    },
    {
      new Type("n2-standard-2", 2, 8, 31_611),
      new Type("e2-medium", 2, 4, 21_811),
      new Type("n2-standard-4", 4, 16, 31_611),
      new Type("c2-standard-4", 4, 16, 33_982),
      new Type("n2-highmem-8", 8, 64, 31_611),
      new Type("n2-standard-16", 16, 64, 31_611),
      new Type("n2-standard-8", 8, 32, 31_611)
    }
  };

  /** A machine's own service, then the one of its companion, by provider. */
  static final Service[][] MACHINE_SERVICES = {
    {
      service(Provider.AWS, "AmazonEC2|Amazon Elastic Compute Cloud|BoxUsage|Hrs|0|HOURLY"),
      service(
          Provider.AWS,
          "AmazonEC2|Amazon Elastic Compute Cloud|EBS:VolumeUsage.gp3|GB-Mo|80000|DAILY")
    },
    {
      service(Provider.AZURE, "Virtual Machines|Virtual Machines|Compute|1 Hour|0|DAILY"),
      service(Provider.AZURE, "Storage|Storage|Premium SSD Managed Disks|1/Month|17920000|DAILY")
    },
    {
      service(Provider.GCP, "6F81-5844-456A|Compute Engine|Instance Core running|hour|0|HOURLY"),
      service(
          Provider.GCP,
          "6F81-5844-456A|Compute Engine|Instance Ram running|gibibyte hour|4237|HOURLY")
    }
  };

  /**
   * Managed services by provider, most costly first; the nameless stand for products no price list
   * explains.
   */
  static final Service[][] MANAGED_SERVICES = {
    {
      service(
          Provider.AWS,
          "AmazonRDS|Amazon Relational Database"
              + " Service|InstanceUsage:db.r5.large|Hrs|250000|HOURLY"),
      service(
          Provider.AWS,
          "AmazonS3|Amazon Simple Storage Service|TimedStorage-ByteHrs|GB-Mo|23000|DAILY"),
      service(Provider.AWS, "AmazonRedshift|Amazon Redshift|Node:ra3.xlplus|Hrs|1086000|HOURLY"),
      service(
          Provider.AWS, "AWSDataTransfer|AWS Data Transfer|DataTransfer-Out-Bytes|GB|90000|DAILY"),
      service(
          Provider.AWS,
          "AmazonDynamoDB|Amazon DynamoDB|WriteRequestUnits|WriteRequestUnits|2|DAILY"),
      service(Provider.AWS, "AWSELB|Elastic Load Balancing|LCUUsage|LCU-Hrs|8000|HOURLY"),
      service(
          Provider.AWS, "AmazonVPC|Amazon Virtual Private Cloud|NatGateway-Hours|Hrs|45000|HOURLY"),
      service(
          Provider.AWS,
          "AmazonCloudWatch|AmazonCloudWatch|CW:MetricMonitorUsage|Metrics|300000|DAILY"),
      service(Provider.AWS, "AWSLambda|AWS Lambda|Lambda-GB-Second|Lambda-GB-Second|17|DAILY"),
      service(Provider.AWS, "AmazonSageMaker|Amazon SageMaker|Host:ml.m5.xlarge|Hrs|230000|HOURLY"),
      service(
          Provider.AWS,
          "AmazonElastiCache|Amazon ElastiCache|NodeUsage:cache.r5.large|Hrs|216000|HOURLY"),
      service(Provider.AWS, "3qxz8dk1w5b0v7mty2||SoftwareUsage|Units|120000|DAILY"),
      service(
          Provider.AWS,
          "AWSQueueService|Amazon Simple Queue Service|Requests-Tier1|Requests|1|DAILY"),
      service(Provider.AWS, "awskms|AWS Key Management Service|KMS-Requests|Requests|3|DAILY")
    },
    {
      service(Provider.AZURE, "SQL Database|SQL Database|vCore|1 Hour|210000|DAILY"),
      service(Provider.AZURE, "Storage|Storage|Hot LRS Data Stored|1 GB/Month|19000|DAILY"),
      service(Provider.AZURE, "Log Analytics|Log Analytics|Data Ingestion|1 GB|2530000|DAILY"),
      service(Provider.AZURE, "Azure Cosmos DB|Azure Cosmos DB|100 RU/s|1 Hour|7400|DAILY"),
      service(Provider.AZURE, "Bandwidth|Bandwidth|Standard Data Transfer Out|1 GB|80000|DAILY"),
      service(
          Provider.AZURE,
          "Azure Kubernetes Service|Azure Kubernetes Service|Uptime SLA|1 Hour|92000|DAILY"),
      service(Provider.AZURE, "||Consumption|1 Unit|50000|DAILY"),
      service(Provider.AZURE, "Event Hubs|Event Hubs|Throughput Unit|1 Hour|28000|DAILY"),
      service(Provider.AZURE, "Key Vault|Key Vault|Operations|10K|28000|DAILY")
    },
    {
      service(Provider.GCP, "24E6-581D-38E5|BigQuery|Analysis|tebibyte|6250000|DAILY"),
      service(Provider.GCP, "9662-B51E-5089|Cloud SQL|DB standard vCPU|hour|41300|HOURLY"),
      service(
          Provider.GCP, "95FF-2EF5-5EA1|Cloud Storage|Standard Storage|gibibyte month|20000|DAILY"),
      service(
          Provider.GCP,
          "CCD8-9BF1-090E|Kubernetes Engine|Autopilot Pod mCPU Requests|hour|44500|HOURLY"),
      service(Provider.GCP, "C7E2-9256-1C43|Vertex AI|Online Prediction|hour|215400|DAILY"),
      service(Provider.GCP, "77B1-4E0C-92D3||Third party|count|15000|DAILY"),
      service(
          Provider.GCP,
          "A1E8-BE35-7EBC|Cloud Pub/Sub|Message Delivery Basic|tebibyte|40000000|DAILY"),
      service(Provider.GCP, "5490-F7B7-8DF6|Cloud Logging|Log Storage|gibibyte|500000|DAILY")
    },
    {
      service(Provider.ORACLE, "Compute|COMPUTE|Standard - E4|OCPU Hours|25000|HOURLY"),
      service(Provider.ORACLE, "Databases|DATABASE|Autonomous - ECPU|ECPU Hours|336000|HOURLY"),
      service(Provider.ORACLE, "Storage|BLOCK_STORAGE|Block Volume - Storage|GB/Month|25500|DAILY"),
      service(Provider.ORACLE, "||Marketplace|Units|70000|DAILY")
    }
  };

  private PriceList() {}

  private static Service service(Provider provider, String line) {
    String[] part = line.split("\\|", -1);
    return new Service(
        provider,
        part[0],
        part[1],
        part[2],
        part[3],
        Long.parseLong(part[4]),
        Granularity.valueOf(part[5]));
  }

  static Service priced(Service service, long rate) {
    return new Service(
        service.provider(),
        service.code(),
        service.name(),
        service.meter(),
        service.unit(),
        rate,
        service.hours());
  }
}
