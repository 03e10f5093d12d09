# Sluice on Spark 3.5 and Java 17: the driver and the executors of every command, and the Connect server.
#
#   make image                                   # builds and checks it
#   make image SPARK_IMAGE=registry.example.com/spark:3.5.7
#
# Layers from the one that changes least to the one that changes most: Spark, what of Spark is replaced, libraries,
# scripts, contracts and environments, our jar. A change of code moves one megabyte.
ARG SPARK_IMAGE=docker.io/library/spark:3.5.7-scala2.12-java17-ubuntu

FROM ${SPARK_IMAGE} AS jars
USER root
COPY target/lib target/connect /ours/
COPY src/image/jars.sh /ours/
RUN bash /ours/jars.sh /ours /opt/spark/jars /out

FROM ${SPARK_IMAGE}
USER root
# A list first, so that the layer that follows is made anew when it changes.
COPY --from=jars /out/superseded /opt/sluice/superseded
# A name for the user id: Hadoop refuses to work for a number.
RUN { grep -q ':185:' /etc/passwd || echo 'spark:x:185:185::/opt/spark:/usr/sbin/nologin' >> /etc/passwd; } \
    && xargs -r rm < /opt/sluice/superseded
COPY --from=jars /out/jars/ /opt/spark/jars/
COPY --chmod=755 src/image/entrypoint.sh /opt/sluice/bin/entrypoint
COPY --chmod=755 src/image/decommission.sh /opt/sluice/bin/decommission
COPY --chmod=755 src/image/sluice.sh /opt/sluice/bin/sluice
COPY --chmod=755 src/image/start-connect-server.sh /opt/spark/sbin/start-connect-server.sh
COPY conf /opt/sluice/conf
COPY --chmod=644 target/sluice-*.jar /opt/spark/jars/

ENV SPARK_HOME=/opt/spark \
    SLUICE_CONF=/opt/sluice/conf \
    PATH=/opt/sluice/bin:/opt/spark/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
# The contracts' default folder is a relative one.
WORKDIR /opt/sluice
USER 185
ENTRYPOINT ["/opt/sluice/bin/entrypoint"]
