#define _GNU_SOURCE
#include <errno.h>
#include <unistd.h>

#include "messages.h"

// The link type of raw IP in capture files.
#define LINK_TYPE_RAW_IP 101

static void put16(uint8_t *at, uint16_t value) {
  at[0] = (uint8_t)(value >> 8);
  at[1] = (uint8_t)value;
}

static void put32(uint8_t *at, uint32_t value) {
  put16(at, (uint16_t)(value >> 16));
  put16(at + 2, (uint16_t)value);
}

static void put64(uint8_t *at, uint64_t value) {
  put32(at, (uint32_t)(value >> 32));
  put32(at + 4, (uint32_t)value);
}

// RFC 791 §3.1; the checksum field is still 0.
static uint16_t ipv4_checksum(const uint8_t *header) {
  uint32_t sum = 0;
  for (int i = 0; i < IPV4_OCTETS; i += 2) sum += (uint32_t)(header[i] << 8 | header[i + 1]);
  sum = (sum & 0xffff) + (sum >> 16);
  return (uint16_t)~((sum & 0xffff) + (sum >> 16));
}

// Writes record and IP headers for `content` octets of a protocol, and returns where these begin. A length that does not fit into
// IPv4's field becomes 0, as in captures before segmentation offload; readers use the record's length.
static uint8_t *put_headers(
  uint8_t *at, int64_t arrival, struct sagflow_endpoint source, struct sagflow_endpoint local, uint8_t protocol,
  uint32_t content) {
  int v4 = is_v4(source);
  size_t head = v4 ? IPV4_OCTETS : IPV6_OCTETS;
  uint32_t length = (uint32_t)head + content;
  // Fields of the capture format are in the writer's byte order.
  uint32_t record[4] = {(uint32_t)(arrival / 1000000000), (uint32_t)(arrival % 1000000000), length, length};
  memcpy(at, record, RECORD_OCTETS);
  uint8_t *ip = at + RECORD_OCTETS;
  memset(ip, 0, head);
  if (v4) {
    ip[0] = 0x45;
    put16(ip + 2, length > 65535 ? 0 : (uint16_t)length);
    ip[6] = 0x40;
    ip[8] = 64;
    ip[9] = protocol;
    put32(ip + 12, (uint32_t)source.low);
    put32(ip + 16, is_v4(local) ? (uint32_t)local.low : 0);
    put16(ip + 10, ipv4_checksum(ip));
  } else {
    ip[0] = 0x60;
    put16(ip + 4, content > 65535 ? 0 : (uint16_t)content);
    ip[6] = protocol;
    ip[7] = 64;
    put64(ip + 8, source.high);
    put64(ip + 16, source.low);
    put64(ip + 24, local.high);
    put64(ip + 32, local.low);
  }
  return ip + head;
}

// Returns the octets of the frame before the datagram.
static size_t make_frame(uint8_t *at, const struct sagflow_received *received, struct sagflow_endpoint local) {
  uint32_t length = UDP_OCTETS + received->length;
  uint8_t *udp = put_headers(at, received->arrival, received->source, local, IPPROTO_UDP, length);
  put16(udp, received->source.port);
  put16(udp + 2, local.port);
  put16(udp + 4, (uint16_t)length);
  // Without a checksum (RFC 768): the kernel has verified it.
  put16(udp + 6, 0);
  return (size_t)(udp - at) + UDP_OCTETS;
}

// Returns the octets of the frame before the message.
static size_t make_segment(uint8_t *at, const struct sagflow_segment *segment) {
  uint8_t *tcp = put_headers(
    at, segment->arrival, segment->source, segment->local, IPPROTO_TCP, TCP_OCTETS + segment->length);
  memset(tcp, 0, TCP_OCTETS);
  put16(tcp, segment->source.port);
  put16(tcp + 2, segment->local.port);
  put32(tcp + 4, segment->sequence);
  put32(tcp + 8, segment->connection);
  tcp[12] = TCP_OCTETS / 4 << 4;
  tcp[13] = segment->flags;
  put16(tcp + 14, 65535);
  return (size_t)(tcp - at) + TCP_OCTETS;
}

static size_t frame_octets(const struct sagflow_received *received) {
  return RECORD_OCTETS + (is_v4(received->source) ? IPV4_OCTETS : IPV6_OCTETS) + UDP_OCTETS + received->length;
}

// Copies octets to a position, wrapping around; returns the position after them.
static uint64_t put(struct sagflow_journal *journal, uint64_t position, const uint8_t *octets, size_t count) {
  size_t capacity = journal->state->capacity, at = position % capacity;
  size_t fits = count < capacity - at ? count : capacity - at;
  memcpy(journal->octets + at, octets, fits);
  memcpy(journal->octets, octets + fits, count - fits);
  return position + count;
}

int sagflow_journal_begin(struct sagflow_ring *ring, uint64_t segment) {
  struct journal_state *state = ring->journal->state;
  uint64_t begun = load(&state->begun);
  if (begun - load(&state->current) >= SEGMENTS - 1) return -ENOSPC;
  state->segments[(begun + 1) % SEGMENTS] = (struct segment){segment, load(&state->head)};
  store(&state->begun, begun + 1);
  // Also if an earlier process was killed between the two.
  if (load(&state->current) == 0) store(&state->current, 1);
  return 0;
}

int64_t sagflow_journal_append(struct sagflow_ring *ring, struct sagflow_endpoint local) {
  struct sagflow_journal *journal = ring->journal;
  struct journal_state *state = journal->state;
  uint64_t head = load(&state->head), size = 0;
  for (unsigned i = 0; i < ring->count; i++) size += frame_octets(&ring->received[i]);
  if (size > state->capacity - (head - load(&state->tail))) return -ENOSPC;
  uint64_t position = head;
  for (unsigned i = 0; i < ring->count; i++) {
    const struct sagflow_received *received = &ring->received[i];
    uint8_t frame[RECORD_OCTETS + IPV6_OCTETS + UDP_OCTETS];
    position = put(journal, position, frame, make_frame(frame, received, local));
    position = put(journal, position, ring->octets + (size_t)i * ring->stride, received->length);
  }
  // This store makes the batch part of the journal, and no longer recoverable from the slots.
  store(&state->head, position);
  return (int64_t)size;
}

int64_t sagflow_journal_append_segment(struct sagflow_ring *ring, const struct sagflow_segment *segment) {
  struct sagflow_journal *journal = ring->journal;
  struct journal_state *state = journal->state;
  if (segment->length > SLOT_OCTETS) return -EMSGSIZE;
  uint8_t frame[RECORD_OCTETS + IPV6_OCTETS + TCP_OCTETS];
  size_t before = make_segment(frame, segment);
  uint64_t head = load(&state->head), size = before + segment->length;
  if (size > state->capacity - (head - load(&state->tail))) return -ENOSPC;
  uint64_t position = put(journal, head, frame, before);
  store(&state->head, put(journal, position, segment->octets, segment->length));
  return (int64_t)size;
}

void sagflow_journal_skip(struct sagflow_ring *ring) { store(&ring->journal->state->mark, SKIPPED); }

uint64_t sagflow_journal_waiting(const struct sagflow_ring *ring) {
  const struct journal_state *state = ring->journal->state;
  uint64_t tail = load(&state->tail);
  return load(&state->head) - tail;
}

void sagflow_journal_set_missing(struct sagflow_ring *ring, uint64_t count) {
  store(&ring->journal->state->missing, count);
}

uint64_t sagflow_journal_missing(const struct sagflow_ring *ring) { return load(&ring->journal->state->missing); }

uint64_t sagflow_journal_segment(const struct sagflow_ring *ring) {
  const struct journal_state *state = ring->journal->state;
  uint64_t begun = load(&state->begun);
  return begun ? state->segments[begun % SEGMENTS].number : 0;
}

// A piece in memory: contiguous octets, and those after the wraparound.
struct piece {
  const uint8_t *octets, *rest;
  size_t count, rest_count;
  uint64_t segment, offset;
};

static struct piece next_piece(const struct sagflow_ring *ring) {
  const struct sagflow_journal *journal = ring->journal;
  struct journal_state *state = journal->state;
  struct piece piece = {0};
  uint64_t current = load(&state->current), tail = load(&state->tail);
  if (current == 0) return piece;
  while (current < load(&state->begun) && tail == state->segments[(current + 1) % SEGMENTS].start) current++;
  store(&state->current, current);
  // End of what has been appended until now: a segment begun later begins after it.
  uint64_t end = load(&state->head);
  if (current < load(&state->begun)) {
    uint64_t start = state->segments[(current + 1) % SEGMENTS].start;
    if (start < end) end = start;
  }
  size_t at = tail % state->capacity, together = state->capacity - at;
  piece.octets = journal->octets + at;
  piece.count = end - tail < together ? end - tail : together;
  piece.rest = journal->octets;
  piece.rest_count = end - tail - piece.count;
  piece.segment = state->segments[current % SEGMENTS].number;
  piece.offset = SAGFLOW_JOURNAL_HEADER + (tail - state->segments[current % SEGMENTS].start);
  return piece;
}

struct sagflow_journal_piece sagflow_journal_next(const struct sagflow_ring *ring) {
  struct piece piece = next_piece(ring);
  return (struct sagflow_journal_piece){piece.segment, piece.offset, piece.count + piece.rest_count};
}

// Copies octets from a position, wrapping around.
static void get(const struct sagflow_journal *journal, uint64_t position, uint8_t *octets, size_t count) {
  size_t capacity = journal->state->capacity, at = position % capacity;
  size_t fits = count < capacity - at ? count : capacity - at;
  memcpy(octets, journal->octets + at, fits);
  memcpy(octets + fits, journal->octets, count - fits);
}

// Records that octets of the waiting piece are in its file.
static void note_written(struct sagflow_journal *journal, size_t count) {
  uint64_t position = load(&journal->state->tail), end = position + count;
  // A resuming process can find records only from the start of one.
  while (end - position >= RECORD_OCTETS) {
    uint32_t words[4];
    get(journal, position, (uint8_t *)words, sizeof words);
    if (words[2] > end - position - RECORD_OCTETS) break;
    position += RECORD_OCTETS + words[2];
  }
  store(&journal->state->tail, position);
}

// Writes octets at an offset, and adds the number written to `written`. Returns 0 or -errno.
static int write_all(int fd, const uint8_t *octets, size_t count, uint64_t offset, size_t *written) {
  while (count > 0) {
    ssize_t done = pwrite(fd, octets, count, (off_t)offset);
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return done < 0 ? -errno : -EIO;
    octets += done;
    count -= (size_t)done;
    offset += (uint64_t)done;
    *written += (size_t)done;
  }
  return 0;
}

struct sagflow_journal_result sagflow_journal_write(struct sagflow_ring *ring, int fd) {
  struct piece piece = next_piece(ring);
  struct sagflow_journal_result result = {0};
  result.error = write_all(fd, piece.octets, piece.count, piece.offset, &result.written);
  if (!result.error) {
    result.error = write_all(fd, piece.rest, piece.rest_count, piece.offset + piece.count, &result.written);
  }
  note_written(ring->journal, result.written);
  return result;
}

static const uint32_t header[SAGFLOW_JOURNAL_HEADER / 4] = {0xa1b23c4d, 2 | 4 << 16, 0, 0, 0x40000, LINK_TYPE_RAW_IP};

static int has_header(int fd) {
  uint32_t found[SAGFLOW_JOURNAL_HEADER / 4];
  return pread(fd, found, sizeof found, 0) == sizeof found && memcmp(found, header, sizeof header) == 0;
}

static int write_header(int fd) {
  size_t written = 0;
  return write_all(fd, (const uint8_t *)header, sizeof header, 0, &written);
}

// Returns the octets of the header and the whole records among the first `size` of a file.
static uint64_t whole_records(int fd, uint64_t size) {
  uint64_t end = SAGFLOW_JOURNAL_HEADER;
  uint32_t words[4];
  while (end + RECORD_OCTETS <= size && pread(fd, words, RECORD_OCTETS, (off_t)end) == RECORD_OCTETS) {
    uint64_t next = end + RECORD_OCTETS + words[2];
    if (next > size || words[2] > LONGEST_FRAME) break;
    end = next;
  }
  return end;
}

int64_t sagflow_journal_open(int fd, uint64_t size) {
  off_t end = lseek(fd, 0, SEEK_END);
  uint64_t present = end < 0 ? 0 : (uint64_t)end;
  if (size < SAGFLOW_JOURNAL_HEADER) size = SAGFLOW_JOURNAL_HEADER;
  // Without a header, nothing appended could be read.
  if (!has_header(fd)) {
    int error = write_header(fd);
    if (error) return error;
  }
  if (present >= size) return (int64_t)size;
  return (int64_t)whole_records(fd, present);
}

void sagflow_journal_move(struct sagflow_ring *ring, uint64_t offset) {
  struct journal_state *state = ring->journal->state;
  store(
    &state->segments[load(&state->current) % SEGMENTS].start,
    load(&state->tail) - (offset - SAGFLOW_JOURNAL_HEADER));
}

struct sagflow_journal_record sagflow_journal_record(struct sagflow_ring *ring, uint64_t position) {
  struct sagflow_journal *journal = ring->journal;
  const struct journal_state *state = journal->state;
  struct sagflow_journal_record record = {0};
  if (state->current == 0) return record;
  if (position == 0) position = state->tail;
  // A part of the record may already be in the file.
  uint64_t left = state->head - position;
  if (left < RECORD_OCTETS || left > state->capacity) return record;
  uint32_t words[4];
  get(journal, position, (uint8_t *)words, sizeof words);
  if (words[2] > LONGEST_FRAME || words[2] > left - RECORD_OCTETS) return record;
  get(journal, position + RECORD_OCTETS, journal->scratch, words[2]);
  uint64_t number = state->current;
  while (number < state->begun && state->segments[(number + 1) % SEGMENTS].start <= position) number++;
  record.octets = journal->scratch;
  record.length = words[2];
  record.arrival = (int64_t)words[0] * 1000000000 + words[1];
  record.segment = state->segments[number % SEGMENTS].number;
  record.next = position + RECORD_OCTETS + words[2];
  return record;
}
