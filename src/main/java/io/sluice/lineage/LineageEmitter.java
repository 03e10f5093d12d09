package io.sluice.lineage;

import io.openlineage.client.OpenLineage;
import io.openlineage.client.OpenLineage.RunEvent.EventType;
import io.openlineage.client.OpenLineageClient;
import io.openlineage.client.transports.ApiKeyTokenProvider;
import io.openlineage.client.transports.FileConfig;
import io.openlineage.client.transports.HttpConfig;
import io.openlineage.client.transports.KafkaConfig;
import io.openlineage.client.transports.TransportConfig;
import io.openlineage.client.transports.TransportFactory;
import io.sluice.engine.ColumnOrigin;
import io.sluice.quality.CheckOutcome;
import io.sluice.quality.CheckResult;
import io.sluice.settings.Key;
import io.sluice.settings.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.types.StructType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells an OpenLineage backend what each run reads and writes: tables, versions, columns, check
 * results.
 *
 * <p>These are the commands' own run events: OpenLineage's Spark listener cannot see the inputs of
 * a merge, and stays in place beside them. Events are sent by one thread of their own from a
 * bounded queue; a backend that is slow or dead costs events and one warning, never time or a run.
 */
public final class LineageEmitter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("sluice");
  private static final URI PRODUCER = URI.create("https://github.com/sluice-lakehouse/sluice");

  private final OpenLineage events = new OpenLineage(PRODUCER);
  private final String namespace;
  private final Optional<OpenLineageClient> client;
  private final Optional<OpenLineage.ParentRunFacet> parent;
  private final ThreadPoolExecutor sender =
      new ThreadPoolExecutor(
          1,
          1,
          0,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(1000),
          task -> {
            Thread thread = new Thread(task, "lineage");
            thread.setDaemon(true);
            return thread;
          });
  private volatile boolean warned;

  private LineageEmitter(
      String namespace,
      Optional<OpenLineageClient> client,
      Optional<OpenLineage.ParentRunFacet> parent) {
    this.namespace = namespace;
    this.client = client;
    this.parent = parent;
  }

  /**
   * Opens the transport that the settings name; the parent run, if any, is the one that Spark was
   * told of.
   */
  public static LineageEmitter open(Settings settings, SparkConf conf) {
    Optional<OpenLineageClient> client =
        transport(settings)
            .map(
                config ->
                    OpenLineageClient.builder()
                        .transport(new TransportFactory(config).build())
                        .build());
    return new LineageEmitter(settings.get(Key.LINEAGE_NAMESPACE), client, parent(conf));
  }

  private static Optional<TransportConfig> transport(Settings settings) {
    return switch (settings.get(Key.LINEAGE_TRANSPORT)) {
      case "file" -> {
        Path file = Path.of(settings.get(Key.LINEAGE_FILE)).toAbsolutePath();
        try {
          Files.createDirectories(file.getParent());
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
        yield Optional.of(new FileConfig(file.toString()));
      }
      case "http" -> {
        HttpConfig config = new HttpConfig();
        config.setUrl(URI.create(settings.get(Key.LINEAGE_URL)));
        config.setTimeoutInMillis(3000);
        if (!settings.get(Key.LINEAGE_TOKEN).isEmpty()) {
          ApiKeyTokenProvider token = new ApiKeyTokenProvider();
          token.setApiKey(settings.get(Key.LINEAGE_TOKEN));
          config.setAuth(token);
        }
        yield Optional.of(config);
      }
      case "kafka" -> {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", settings.get(Key.LINEAGE_KAFKA_SERVERS));
        String serializer = "org.apache.kafka.common.serialization.StringSerializer";
        properties.put("key.serializer", serializer);
        properties.put("value.serializer", serializer);
        properties.put("max.block.ms", "3000");
        yield Optional.of(new KafkaConfig(settings.get(Key.LINEAGE_KAFKA_TOPIC), null, properties));
      }
      default -> Optional.empty();
    };
  }

  private static Optional<OpenLineage.ParentRunFacet> parent(SparkConf conf) {
    String prefix = "spark.openlineage.parent";
    String rootPrefix = "spark.openlineage.rootParent";
    String run = conf.get(prefix + "RunId", "");
    if (run.isEmpty()) {
      return Optional.empty();
    }
    OpenLineage events = new OpenLineage(PRODUCER);
    String rootRun = conf.get(rootPrefix + "RunId", "");
    OpenLineage.ParentRunFacetRoot root =
        rootRun.isEmpty()
            ? null
            : events.newParentRunFacetRoot(
                events.newRootRun(UUID.fromString(rootRun), null),
                events.newRootJob(
                    conf.get(rootPrefix + "JobNamespace", "default"),
                    conf.get(rootPrefix + "JobName", ""),
                    null));
    return Optional.of(
        events.newParentRunFacet(
            events.newParentRunFacetRun(UUID.fromString(run), null),
            events.newParentRunFacetJob(
                conf.get(prefix + "JobNamespace", "default"),
                conf.get(prefix + "JobName", ""),
                null),
            root));
  }

  /** Says that a run has begun. */
  public void started(LineageRecorder run) {
    send(event(run, EventType.START, run.startedAt(), null));
  }

  /** Says that a run is done, and all that it read and wrote. */
  public void completed(LineageRecorder run) {
    send(event(run, EventType.COMPLETE, Instant.now(), null));
  }

  /** Says that a run was stopped or crashed, and what it had read. */
  public void failed(LineageRecorder run, String message) {
    send(event(run, EventType.FAIL, Instant.now(), message));
  }

  private void send(OpenLineage.RunEvent event) {
    if (client.isEmpty()) {
      return;
    }
    try {
      sender.execute(
          () -> {
            try {
              client.get().emit(event);
            } catch (RuntimeException e) {
              warn(e.toString());
            }
          });
    } catch (RejectedExecutionException e) {
      warn("too many events wait to be sent");
    }
  }

  private void warn(String why) {
    if (!warned) {
      warned = true;
      LOG.warn("lineage: events are lost, runs go on: {}", why);
    }
  }

  /** Waits at most five seconds for events that have not been sent. */
  @Override
  public void close() {
    sender.shutdown();
    try {
      if (!sender.awaitTermination(5, TimeUnit.SECONDS)) {
        warn("the backend did not take them in time");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private OpenLineage.RunEvent event(
      LineageRecorder run, EventType type, Instant time, String failure) {
    OpenLineage.RunFacetsBuilder runFacets = events.newRunFacetsBuilder();
    parent.ifPresent(runFacets::parent);
    if (failure != null) {
      runFacets.errorMessage(events.newErrorMessageRunFacet(failure, "java", null));
    }
    return events
        .newRunEventBuilder()
        .eventType(type)
        .eventTime(ZonedDateTime.ofInstant(time, ZoneOffset.UTC))
        .run(events.newRun(UUID.fromString(run.runId()), runFacets.build()))
        .job(
            events
                .newJobBuilder()
                .namespace(namespace)
                .name(run.job())
                .facets(
                    events
                        .newJobFacetsBuilder()
                        .jobType(events.newJobTypeJobFacet("BATCH", "SLUICE", "COMMAND", null))
                        .build())
                .build())
        .inputs(run.inputs().stream().map(input -> input(input, run.checkResults())).toList())
        .outputs(run.outputs().stream().map(this::output).toList())
        .build();
  }

  private OpenLineage.InputDataset input(
      LineageRecorder.Input input, List<CheckResult> checkResults) {
    OpenLineage.DatasetFacetsBuilder facets =
        events.newDatasetFacetsBuilder().schema(schema(input.schema()));
    if (input.version() != null) {
      facets.version(events.newDatasetVersionDatasetFacet(String.valueOf(input.version())));
    }
    OpenLineage.InputDatasetInputFacetsBuilder inputFacets =
        events.newInputDatasetInputFacetsBuilder();
    if (!checkResults.isEmpty()) {
      inputFacets.dataQualityAssertions(
          events.newDataQualityAssertionsDatasetFacet(
              checkResults.stream().map(this::assertion).toList()));
    }
    return events
        .newInputDatasetBuilder()
        .namespace(namespaceOf(input.location()))
        .name(nameOf(input.location()))
        .facets(facets.build())
        .inputFacets(inputFacets.build())
        .build();
  }

  private OpenLineage.DataQualityAssertionsDatasetFacetAssertions assertion(CheckResult result) {
    return events
        .newDataQualityAssertionsDatasetFacetAssertionsBuilder()
        .name(result.check())
        .assertion(result.rule())
        .success(result.outcome() == CheckOutcome.PASSED)
        .severity(result.severity() == io.sluice.quality.Check.Severity.ERROR ? "error" : "warn")
        .actual(result.value() == null ? null : String.valueOf(result.value()))
        .build();
  }

  private OpenLineage.OutputDataset output(LineageRecorder.Output output) {
    OpenLineage.DatasetFacetsBuilder facets =
        events
            .newDatasetFacetsBuilder()
            .schema(schema(output.schema()))
            .version(events.newDatasetVersionDatasetFacet(String.valueOf(output.version())))
            .documentation(
                events
                    .newDocumentationDatasetFacetBuilder()
                    .description(output.description())
                    .build());
    if (!output.origins().isEmpty()) {
      facets.columnLineage(columns(output.origins()));
    }
    return events
        .newOutputDatasetBuilder()
        .namespace(namespaceOf(output.location()))
        .name(nameOf(output.location()))
        .facets(facets.build())
        .outputFacets(
            events
                .newOutputDatasetOutputFacetsBuilder()
                .outputStatistics(
                    events
                        .newOutputStatisticsOutputDatasetFacetBuilder()
                        .rowCount(output.rows())
                        .build())
                .build())
        .build();
  }

  private OpenLineage.ColumnLineageDatasetFacet columns(List<ColumnOrigin> origins) {
    Map<String, List<ColumnOrigin>> byColumn =
        origins.stream()
            .collect(
                Collectors.groupingBy(
                    ColumnOrigin::column, java.util.LinkedHashMap::new, Collectors.toList()));
    OpenLineage.ColumnLineageDatasetFacetFieldsBuilder fields =
        events.newColumnLineageDatasetFacetFieldsBuilder();
    byColumn.forEach(
        (column, from) ->
            fields.put(
                column,
                events
                    .newColumnLineageDatasetFacetFieldsAdditionalBuilder()
                    .inputFields(from.stream().map(this::field).toList())
                    .build()));
    return events.newColumnLineageDatasetFacetBuilder().fields(fields.build()).build();
  }

  private OpenLineage.InputField field(ColumnOrigin origin) {
    return events
        .newInputFieldBuilder()
        .namespace(namespaceOf(origin.location()))
        .name(nameOf(origin.location()))
        .field(origin.field())
        .transformations(
            List.of(
                events
                    .newInputFieldTransformationsBuilder()
                    .type("DIRECT")
                    .subtype(origin.how().isEmpty() ? "IDENTITY" : "TRANSFORMATION")
                    .description(origin.how())
                    .masking(origin.masked())
                    .build()))
        .build();
  }

  private OpenLineage.SchemaDatasetFacet schema(StructType schema) {
    return events
        .newSchemaDatasetFacetBuilder()
        .fields(
            Arrays.stream(schema.fields())
                .map(
                    field ->
                        events
                            .newSchemaDatasetFacetFieldsBuilder()
                            .name(field.name())
                            .type(field.dataType().sql())
                            .description(
                                field.getComment().isEmpty() ? null : field.getComment().get())
                            .build())
                .toList())
        .build();
  }

  /** OpenLineage names an S3 dataset by its bucket, whatever client reads it. */
  private static String namespaceOf(String location) {
    URI uri = URI.create(location);
    return uri.getScheme() == null || uri.getScheme().equals("file")
        ? "file"
        : uri.getScheme().replaceFirst("^s3[an]$", "s3") + "://" + uri.getAuthority();
  }

  private static String nameOf(String location) {
    URI uri = URI.create(location);
    String path = uri.getPath();
    return namespaceOf(location).equals("file")
        ? path
        : path.replaceFirst("^/", "").replaceFirst("/$", "");
  }
}
