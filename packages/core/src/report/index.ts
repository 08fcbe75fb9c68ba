/** The one object, its JSON spelling and its JSON Schema. */
export * from './types.ts';
export { buildReport, buildReportInTurns, buildFailedReport, reportError, reportNote, type ReportOptions } from './build.ts';
export { toJson, jsonBytes, jsonInteger, jsonName, jsonNumber, jsonText, type JsonOptions } from './json.ts';
export { jsonInTurns, jsonPieces } from './pieces.ts';
export { readIdManifest } from './id-manifest.ts';
export { sha256Hex } from './sha256.ts';
export { TOOL } from './tool.ts';
