package io.sluice.contributing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.contract.Contract;
import io.sluice.contract.Contracts;
import io.sluice.stream.AlertBatch;
import io.sluice.testing.LocalSpark;
import io.sluice.testing.Payments;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Date;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An alert is a few lines of a contract: no Java. */
class AddAnAlertTest {
  @Test
  void linesOfAContractRaiseIt(@TempDir Path folder) throws IOException {
    String contract = Files.readString(Path.of("src/demo/stream/contracts/transactions.yaml"));
    String without = contract.substring(0, contract.indexOf("  - property: alerts"));
    // Someone tries a card: three payments, and all of them together under a euro.
    Files.writeString(
        folder.resolve("transactions.yaml"),
        without
            + """
              - property: alerts
                value:
                  - name: card_is_tried
                    key: user_id
                    time: event_time
                    window: 10 minutes
                    slide: 1 minute
                    when: "count(*) >= 3 and sum(amount) < 1"
            """);
    Contract transactions = Contracts.read(folder).get("transactions");
    Instant hour = Instant.parse("2026-03-01T10:00:00Z");
    List<Row> silver = new ArrayList<>();
    int[] minutes = {9, 12, 18, 18};
    for (int i = 0; i < minutes.length; i++) {
      silver.add(
          RowFactory.create(
              "T-" + i,
              Date.valueOf("2026-03-01"),
              Timestamp.from(hour.plusSeconds(60L * minutes[i])),
              "U",
              new BigDecimal("0.10"),
              "transactions/0",
              (long) i));
    }

    List<String> raised =
        AlertBatch.of(transactions, LocalSpark.withoutS3().createDataFrame(silver, Payments.SILVER))
            .orderBy("window_start")
            .selectExpr(
                "concat_ws('|', alert, key, date_format(window_start, 'HH:mm'), counted['count(*)'],"
                    + " counted['sum(amount)'], get_json_object(row_key, '$.transaction_id'))")
            .collectAsList()
            .stream()
            .map(row -> row.getString(0))
            .toList();

    // The window that begins at 10:09 holds the first three; those of the three minutes behind it
    // hold the last three.
    assertEquals(
        List.of(
            "card_is_tried|U|10:09|3|0.30|T-2",
            "card_is_tried|U|10:10|3|0.30|T-3",
            "card_is_tried|U|10:11|3|0.30|T-3",
            "card_is_tried|U|10:12|3|0.30|T-3"),
        raised);
  }
}
