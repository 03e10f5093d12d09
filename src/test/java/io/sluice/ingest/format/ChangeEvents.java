package io.sluice.ingest.format;

import io.sluice.contract.Arrival;
import io.sluice.contract.Delivery;
import io.sluice.contract.SchemaPolicy;
import io.sluice.privacy.Cipher;
import java.util.List;
import java.util.Map;

/** Change events of Debezium in JSON. */
final class ChangeEvents {
  private ChangeEvents() {}

  /** Takes records of a topic of change events apart. */
  static RecordParser parser(List<String> columns, Cipher cipher) {
    WantedFields wanted =
        WantedFields.of(
            new Arrival(
                "changes",
                "json",
                "",
                Arrival.Text.of(',', '"'),
                List.of(),
                1 << 20,
                1 << 20,
                Map.of(),
                null,
                new Arrival.Topic("customers", null),
                Arrival.Envelope.DEBEZIUM,
                Delivery.BY_FILE),
            SchemaPolicy.DEFAULT,
            columns);
    return new RecordParser(wanted, cipher);
  }
}
