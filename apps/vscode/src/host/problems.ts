import * as vscode from 'vscode';
import type { Problem } from '../engine/index.ts';

const SEVERITY = { error: vscode.DiagnosticSeverity.Error, warning: vscode.DiagnosticSeverity.Warning, information: vscode.DiagnosticSeverity.Information } as const;

/** A file of bytes has no lines: every entry stands at its beginning. */
export function publish(problems: readonly Problem[]): vscode.Diagnostic[] {
  return problems.map(({ code, message, severity }) => {
    const diagnostic = new vscode.Diagnostic(new vscode.Range(0, 0, 0, 0), message, SEVERITY[severity]);
    diagnostic.source = 'exr';
    diagnostic.code = code;
    return diagnostic;
  });
}
