package io.sluice.demo.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;

/** What producers do with a registry: makes schemas known, and writes records by them. */
public final class RegisteredSchemas {
  private static final ObjectMapper JSON = new ObjectMapper();

  private RegisteredSchemas() {}

  /**
   * Makes a schema known.
   *
   * @param url of the registry's Confluent-compatible API
   * @param schema as the API takes it: {@code schema}, and {@code schemaType} if it is not Avro
   * @return its number
   * @throws IOException if the registry refuses it
   */
  public static int register(String url, String subject, Map<String, ?> schema)
      throws IOException, InterruptedException {
    String path = "/subjects/" + URLEncoder.encode(subject, StandardCharsets.UTF_8) + "/versions";
    String answer =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create(url + path))
                    .header("Content-Type", "application/vnd.schemaregistry.v1+json")
                    .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(schema)))
                    .build(),
                HttpResponse.BodyHandlers.ofString())
            .body();
    JsonNode id = JSON.readTree(answer).path("id");
    if (!id.isInt()) {
      throw new IOException("the registry refuses a schema: " + answer);
    }
    return id.asInt();
  }

  /** A record as Confluent's serializers write it: a zero byte, its schema's number, data. */
  public static byte[] avro(int id, GenericRecord record) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(0);
    bytes.write(ByteBuffer.allocate(4).putInt(id).array());
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
    new GenericDatumWriter<GenericRecord>(record.getSchema()).write(record, encoder);
    encoder.flush();
    return bytes.toByteArray();
  }
}
