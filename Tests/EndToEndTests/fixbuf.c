// An Exporting Process that uses CERT's libfixbuf (Debian: libfixbuf-dev), over TCP.
//
//   fixbuf HOST PORT COUNT MILLISECONDS
//
// exports COUNT flows that ended at that time: source ports from 1024, packets from 1, 1000 octets each.
#include <fixbuf/public.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static fbInfoElementSpec_t specification[] = {
  {(char *)"flowStartMilliseconds", 8, 0}, {(char *)"flowEndMilliseconds", 8, 0},
  {(char *)"sourceIPv4Address", 4, 0},     {(char *)"destinationIPv4Address", 4, 0},
  {(char *)"sourceTransportPort", 2, 0},   {(char *)"destinationTransportPort", 2, 0},
  {(char *)"protocolIdentifier", 1, 0},    {(char *)"paddingOctets", 3, 0},
  {(char *)"packetDeltaCount", 8, 0},      {(char *)"octetDeltaCount", 8, 0},
  FB_IESPEC_NULL};

struct flow {
  uint64_t start, end;
  uint32_t source, destination;
  uint16_t source_port, destination_port;
  uint8_t protocol, padding[3];
  uint64_t packets, octets;
};

static int fail(GError *error) {
  fprintf(stderr, "fixbuf: %s\n", error ? error->message : "failed");
  return 1;
}

int main(int argc, char **argv) {
  if (argc != 5) return fail(NULL);
  GError *error = NULL;
  fbInfoModel_t *model = fbInfoModelAlloc();
  fbSession_t *session = fbSessionAlloc(model);
  fbTemplate_t *template = fbTemplateAlloc(model);
  if (!fbTemplateAppendSpecArray(template, specification, ~0u, &error)) return fail(error);
  fbConnSpec_t connection;
  memset(&connection, 0, sizeof connection);
  connection.transport = FB_TCP;
  connection.host = argv[1];
  connection.svc = argv[2];
  fbSessionSetDomain(session, 42);
  fBuf_t *buffer = fBufAllocForExport(session, fbExporterAllocNet(&connection));
  const uint16_t id = 0x4000;
  if (!fbSessionAddTemplate(session, TRUE, id, template, &error)) return fail(error);
  if (!fbSessionAddTemplate(session, FALSE, id, template, &error)) return fail(error);
  if (!fbSessionExportTemplates(session, &error)) return fail(error);
  if (!fBufSetInternalTemplate(buffer, id, &error)) return fail(error);
  if (!fBufSetExportTemplate(buffer, id, &error)) return fail(error);
  uint64_t now = strtoull(argv[4], NULL, 10);
  for (int i = 0; i < atoi(argv[3]); i++) {
    struct flow flow = {
      now - 5000, now, 0x0a000001, 0xc6336401, (uint16_t)(1024 + i), 443, 6, {0}, (uint64_t)i + 1, 1000};
    if (!fBufAppend(buffer, (uint8_t *)&flow, sizeof flow, &error)) return fail(error);
  }
  if (!fBufEmit(buffer, &error)) return fail(error);
  fBufFree(buffer);
  return 0;
}
