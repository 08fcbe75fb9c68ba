import type { ReportTool } from './types.ts';

/** Who made the report. The version is the packages' own (a test compares them). */
export const TOOL: ReportTool = { name: 'exr-inspector', version: '0.1.0' };
