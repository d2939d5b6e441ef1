-- Views for DuckDB over a store in ./flows: duckdb -init docs/views.sql

-- Flows with the counters that sampling stands for.
CREATE OR REPLACE VIEW flows AS
SELECT *, bytes::HUGEINT * sampling_rate AS bytes_est, packets::HUGEINT * sampling_rate AS packets_est
FROM read_parquet(
  'flows/**/*.parquet', hive_partitioning = true, hive_types = {'date': DATE, 'hour': INT}, union_by_name = true);

-- The same under the names of the Elastic Common Schema.
CREATE OR REPLACE VIEW flows_ecs AS
SELECT
  time_start            AS "event.start",
  time_end              AS "event.end",
  exporter_addr         AS "observer.ip",
  in_if                 AS "observer.ingress.interface.id",
  out_if                AS "observer.egress.interface.id",
  src_addr              AS "source.ip",
  src_port              AS "source.port",
  src_mac               AS "source.mac",
  src_as                AS "source.as.number",
  post_nat_src_addr     AS "source.nat.ip",
  post_nat_src_port     AS "source.nat.port",
  dst_addr              AS "destination.ip",
  dst_port              AS "destination.port",
  dst_mac               AS "destination.mac",
  dst_as                AS "destination.as.number",
  post_nat_dst_addr     AS "destination.nat.ip",
  post_nat_dst_port     AS "destination.nat.port",
  proto                 AS "network.iana_number",
  src_vlan              AS "network.vlan.id",
  direction             AS "network.direction",
  bytes_est             AS "network.bytes",
  packets_est           AS "network.packets"
FROM flows;
