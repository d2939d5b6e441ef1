CREATE TABLE IF NOT EXISTS `default`.`flows`
(
    time_start DateTime64(3, 'UTC') CODEC(T64, ZSTD(1)),
    time_end DateTime64(3, 'UTC') CODEC(T64, ZSTD(1)),
    exporter_addr IPv6 CODEC(ZSTD(1)),
    observation_domain_id UInt32 CODEC(ZSTD(1)),
    flow_type LowCardinality(String),
    src_addr IPv6 CODEC(ZSTD(1)),
    dst_addr IPv6 CODEC(ZSTD(1)),
    src_port UInt16 CODEC(ZSTD(1)),
    dst_port UInt16 CODEC(ZSTD(1)),
    proto UInt8 CODEC(ZSTD(1)),
    tcp_flags UInt16 CODEC(ZSTD(1)),
    ip_tos UInt8 CODEC(ZSTD(1)),
    icmp_type UInt8 CODEC(ZSTD(1)),
    icmp_code UInt8 CODEC(ZSTD(1)),
    bytes UInt64 CODEC(T64, ZSTD(1)),
    packets UInt64 CODEC(T64, ZSTD(1)),
    flows UInt32 DEFAULT 1 CODEC(ZSTD(1)),
    sampling_rate UInt32 DEFAULT 1 CODEC(ZSTD(1)),
    in_if UInt32 CODEC(ZSTD(1)),
    out_if UInt32 CODEC(ZSTD(1)),
    direction LowCardinality(Nullable(String)),
    src_as UInt32 CODEC(ZSTD(1)),
    dst_as UInt32 CODEC(ZSTD(1)),
    src_mask UInt8 CODEC(ZSTD(1)),
    dst_mask UInt8 CODEC(ZSTD(1)),
    next_hop Nullable(IPv6) CODEC(ZSTD(1)),
    src_vlan UInt16 CODEC(ZSTD(1)),
    dst_vlan UInt16 CODEC(ZSTD(1)),
    src_mac LowCardinality(Nullable(String)),
    dst_mac LowCardinality(Nullable(String)),
    end_reason UInt8 CODEC(ZSTD(1)),
    app_id LowCardinality(Nullable(String)),
    post_nat_src_addr Nullable(IPv6) CODEC(ZSTD(1)),
    post_nat_dst_addr Nullable(IPv6) CODEC(ZSTD(1)),
    post_nat_src_port UInt16 CODEC(ZSTD(1)),
    post_nat_dst_port UInt16 CODEC(ZSTD(1)),
    mpls_labels LowCardinality(Nullable(String)),
    vrf_id UInt32 CODEC(ZSTD(1)),
    extra Nullable(String) CODEC(ZSTD(1)),
    in_if_name LowCardinality(Nullable(String)),
    out_if_name LowCardinality(Nullable(String)),
    app_name LowCardinality(Nullable(String)),
    vrf_name LowCardinality(Nullable(String)),
    nat_event UInt8 CODEC(ZSTD(1)),
    firewall_event UInt8 CODEC(ZSTD(1)),
    forwarding_status UInt8 CODEC(ZSTD(1)),
    port_block_start UInt16 CODEC(ZSTD(1)),
    port_block_end UInt16 CODEC(ZSTD(1)),
    layer2_segment_id UInt32 CODEC(ZSTD(1)),
    mpls_top_label_addr Nullable(IPv6) CODEC(ZSTD(1)),
    src_label LowCardinality(Nullable(String)),
    dst_label LowCardinality(Nullable(String)),
    src_country LowCardinality(Nullable(String)),
    dst_country LowCardinality(Nullable(String)),
    src_as_name LowCardinality(Nullable(String)),
    dst_as_name LowCardinality(Nullable(String)),
    exporter_name LowCardinality(Nullable(String)),
    reverse_bytes Nullable(UInt64) CODEC(T64, ZSTD(1)),
    reverse_packets Nullable(UInt64) CODEC(T64, ZSTD(1)),
    src_net String ALIAS concat(if(startsWith(toString(src_addr), '::ffff:'), toString(toIPv4(tupleElement(IPv6CIDRToRange(src_addr, toUInt8(96 + least(src_mask, 32))), 1))), toString(tupleElement(IPv6CIDRToRange(src_addr, toUInt8(least(src_mask, 128))), 1))), '/', toString(src_mask)),
    dst_net String ALIAS concat(if(startsWith(toString(dst_addr), '::ffff:'), toString(toIPv4(tupleElement(IPv6CIDRToRange(dst_addr, toUInt8(96 + least(dst_mask, 32))), 1))), toString(tupleElement(IPv6CIDRToRange(dst_addr, toUInt8(least(dst_mask, 128))), 1))), '/', toString(dst_mask)),
    bytes_est UInt64 ALIAS bytes * greatest(sampling_rate, 1),
    packets_est UInt64 ALIAS packets * greatest(sampling_rate, 1),
    reverse_bytes_est Nullable(UInt64) ALIAS reverse_bytes * greatest(sampling_rate, 1),
    reverse_packets_est Nullable(UInt64) ALIAS reverse_packets * greatest(sampling_rate, 1)
)
ENGINE = MergeTree
PARTITION BY toDate(time_end)
PRIMARY KEY (toStartOfFiveMinutes(time_end), exporter_addr)
ORDER BY (toStartOfFiveMinutes(time_end), exporter_addr, src_addr, dst_addr)
TTL toDateTime(time_end) + INTERVAL 30 DAY DELETE
SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = 10000;

CREATE TABLE IF NOT EXISTS `default`.`flows_1m_if`
(
    time DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
    exporter_addr IPv6 CODEC(ZSTD(1)),
    in_if UInt32 CODEC(ZSTD(1)),
    out_if UInt32 CODEC(ZSTD(1)),
    proto UInt8 CODEC(ZSTD(1)),
    direction LowCardinality(String),
    sampling_rate UInt32 CODEC(ZSTD(1)),
    bytes SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    packets SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    flows SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1))
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(time)
ORDER BY (time, exporter_addr, in_if, out_if, proto, direction, sampling_rate)
TTL time + INTERVAL 365 DAY DELETE
SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = 10000;

CREATE MATERIALIZED VIEW IF NOT EXISTS `default`.`flows_1m_if_mv` TO `default`.`flows_1m_if` AS
SELECT
    toStartOfMinute(f.time_end) AS time,
    f.exporter_addr AS exporter_addr,
    f.in_if AS in_if,
    f.out_if AS out_if,
    f.proto AS proto,
    ifNull(f.direction, '') AS direction,
    f.sampling_rate AS sampling_rate,
    sum(f.bytes) AS bytes,
    sum(f.packets) AS packets,
    sum(f.flows) AS flows
FROM `default`.`flows` AS f
GROUP BY ALL;

CREATE TABLE IF NOT EXISTS `default`.`flows_1m_svc`
(
    time DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
    exporter_addr IPv6 CODEC(ZSTD(1)),
    proto UInt8 CODEC(ZSTD(1)),
    service_port UInt16 CODEC(ZSTD(1)),
    direction LowCardinality(String),
    sampling_rate UInt32 CODEC(ZSTD(1)),
    bytes SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    packets SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    flows SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1))
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(time)
ORDER BY (time, exporter_addr, proto, service_port, direction, sampling_rate)
TTL time + INTERVAL 365 DAY DELETE
SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = 10000;

CREATE MATERIALIZED VIEW IF NOT EXISTS `default`.`flows_1m_svc_mv` TO `default`.`flows_1m_svc` AS
SELECT
    toStartOfMinute(f.time_end) AS time,
    f.exporter_addr AS exporter_addr,
    f.proto AS proto,
    multiIf(least(f.src_port, f.dst_port) < 1024, least(f.src_port, f.dst_port), f.dst_port IN (1080, 1194, 1433, 1434, 1521, 1701, 1719, 1720, 1723, 1812, 1813, 1883, 1900, 2049, 2123, 2152, 2181, 2375, 2376, 3128, 3205, 3260, 3268, 3269, 3306, 3389, 3478, 3784, 3868, 4500, 4739, 4789, 5004, 5060, 5061, 5222, 5269, 5349, 5353, 5355, 5432, 5671, 5672, 5683, 5900, 5985, 5986, 6081, 6343, 6379, 6514, 6653, 8080, 8443, 8883, 9100, 9418, 11211, 27017, 51820), f.dst_port, f.src_port IN (1080, 1194, 1433, 1434, 1521, 1701, 1719, 1720, 1723, 1812, 1813, 1883, 1900, 2049, 2123, 2152, 2181, 2375, 2376, 3128, 3205, 3260, 3268, 3269, 3306, 3389, 3478, 3784, 3868, 4500, 4739, 4789, 5004, 5060, 5061, 5222, 5269, 5349, 5353, 5355, 5432, 5671, 5672, 5683, 5900, 5985, 5986, 6081, 6343, 6379, 6514, 6653, 8080, 8443, 8883, 9100, 9418, 11211, 27017, 51820), f.src_port, 0) AS service_port,
    ifNull(f.direction, '') AS direction,
    f.sampling_rate AS sampling_rate,
    sum(f.bytes) AS bytes,
    sum(f.packets) AS packets,
    sum(f.flows) AS flows
FROM `default`.`flows` AS f
GROUP BY ALL;

CREATE TABLE IF NOT EXISTS `default`.`flows_5m_as`
(
    time DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
    exporter_addr IPv6 CODEC(ZSTD(1)),
    src_as UInt32 CODEC(ZSTD(1)),
    dst_as UInt32 CODEC(ZSTD(1)),
    sampling_rate UInt32 CODEC(ZSTD(1)),
    bytes SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    packets SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    flows SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1))
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(time)
ORDER BY (time, exporter_addr, src_as, dst_as, sampling_rate)
TTL time + INTERVAL 365 DAY DELETE
SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = 10000;

CREATE MATERIALIZED VIEW IF NOT EXISTS `default`.`flows_5m_as_mv` TO `default`.`flows_5m_as` AS
SELECT
    toStartOfFiveMinutes(f.time_end) AS time,
    f.exporter_addr AS exporter_addr,
    f.src_as AS src_as,
    f.dst_as AS dst_as,
    f.sampling_rate AS sampling_rate,
    sum(f.bytes) AS bytes,
    sum(f.packets) AS packets,
    sum(f.flows) AS flows
FROM `default`.`flows` AS f
GROUP BY ALL;

CREATE TABLE IF NOT EXISTS `default`.`flows_1h_src`
(
    time DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
    src_addr IPv6 CODEC(ZSTD(1)),
    sampling_rate UInt32 CODEC(ZSTD(1)),
    bytes SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    packets SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    flows SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1))
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(time)
ORDER BY (time, src_addr, sampling_rate)
TTL time + INTERVAL 365 DAY DELETE
SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = 10000;

CREATE MATERIALIZED VIEW IF NOT EXISTS `default`.`flows_1h_src_mv` TO `default`.`flows_1h_src` AS
SELECT
    toStartOfHour(f.time_end) AS time,
    f.src_addr AS src_addr,
    f.sampling_rate AS sampling_rate,
    sum(f.bytes) AS bytes,
    sum(f.packets) AS packets,
    sum(f.flows) AS flows
FROM `default`.`flows` AS f
GROUP BY ALL;
