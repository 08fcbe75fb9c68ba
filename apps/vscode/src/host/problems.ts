import * as vscode from 'vscode';
import type { Problem } from '../engine/index.ts';
import { diagnostic } from './say.ts';

const SEVERITY = { error: vscode.DiagnosticSeverity.Error, warning: vscode.DiagnosticSeverity.Warning, information: vscode.DiagnosticSeverity.Information } as const;

/** Every entry stands at the beginning of the file. */
export function publish(problems: readonly Problem[]): vscode.Diagnostic[] {
  return problems.map(({ code, message, severity }) => {
    const entry = diagnostic(message, SEVERITY[severity]);
    entry.source = 'exr';
    entry.code = code;
    return entry;
  });
}
