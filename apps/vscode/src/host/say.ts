/**
 * The only door to what VS Code shows of ours beside the webview: messages, lists, progress, the status bar, problems. Everything that goes through is made
 * neutral here, whoever made it, so that no caller has to think of it. say.test.ts sees to it that nothing goes round.
 */
import * as vscode from 'vscode';
import { neutral } from '../shared/neutral.ts';

/** Of a label in a list, and of an item in the status bar: what is longer pushes everything else away. */
const MOST_LABEL = 120;
const MOST_DETAIL = 240;
const MOST_STATUS = 60;

/** The buttons below a message: a handful, named in our own code. */
type Actions = readonly string[];

/* eslint-disable no-restricted-syntax -- VS Code takes the buttons as arguments, and there are never more than a handful */
export const inform = (text: string, ...actions: Actions): Thenable<string | undefined> =>
  vscode.window.showInformationMessage(neutral(text), ...actions);
export const warn = (text: string, ...actions: Actions): Thenable<string | undefined> =>
  vscode.window.showWarningMessage(neutral(text), ...actions);
export const fail = (text: string): Thenable<string | undefined> => vscode.window.showErrorMessage(neutral(text));
/** Waits for an answer; `detail` stands below. */
export const ask = (text: string, detail: string, ...actions: Actions): Thenable<string | undefined> =>
  vscode.window.showWarningMessage(neutral(text), { modal: true, detail: neutral(detail) }, ...actions);
/* eslint-enable no-restricted-syntax */
/** For a few seconds, in the status bar. */
export const mention = (text: string, milliseconds = 3000): vscode.Disposable => vscode.window.setStatusBarMessage(neutral(text, MOST_LABEL), milliseconds);

export interface Choice {
  readonly label: string;
  readonly description?: string;
  readonly detail?: string;
  readonly picked?: boolean;
  /** Name of an icon of VS Code, before the label. */
  readonly icon?: string;
}

export async function choose<One extends Choice>(choices: readonly One[], options: vscode.QuickPickOptions & { readonly title: string }): Promise<One | undefined> {
  const items = choices.map((choice) => ({
    label: `${choice.icon === undefined ? '' : `$(${choice.icon}) `}${neutral(choice.label, MOST_LABEL)}`,
    ...(choice.description !== undefined && { description: neutral(choice.description, MOST_LABEL) }), ...(choice.detail !== undefined && { detail: neutral(choice.detail, MOST_DETAIL) }),
    ...(choice.picked !== undefined && { picked: choice.picked }), choice,
  }));
  return (await vscode.window.showQuickPick(items, { ...options, title: neutral(options.title, MOST_LABEL), ...(options.placeHolder !== undefined && { placeHolder: neutral(options.placeHolder, MOST_LABEL) }) }))?.choice;
}

export const enter = (options: vscode.InputBoxOptions): Thenable<string | undefined> => vscode.window.showInputBox(options);

type Report = (step: { readonly message?: string; readonly increment?: number }) => void;

export function during<Result>(options: { readonly title: string; readonly location: vscode.ProgressLocation; readonly cancellable?: boolean }, work: (report: Report, token: vscode.CancellationToken) => Promise<Result>): Thenable<Result> {
  return vscode.window.withProgress({ ...options, title: neutral(options.title, MOST_LABEL) }, (progress, token) => work(({ message, ...step }) => progress.report({ ...step, ...(message !== undefined && { message: neutral(message, MOST_LABEL) }) }), token));
}

/** Lines of the log. */
export function logTo(channel: vscode.LogOutputChannel): (line: string) => void {
  return (line) => channel.error(neutral(line, 4000));
}

/** An item of the status bar shows an icon of ours and a text; null hides it. */
export function showStatus(item: vscode.StatusBarItem, shown: { readonly icon?: string; readonly text: string } | null, tooltip: string): void {
  if (shown === null) return item.hide();
  const text = neutral(shown.text, MOST_STATUS);
  item.text = shown.icon === undefined ? text : `$(${shown.icon}) ${text}`;
  item.tooltip = tooltip.split('\n').map((line) => neutral(line, MOST_DETAIL)).slice(0, 12).join('\n');
  item.accessibilityInformation = { label: text };
  item.show();
}

export function diagnostic(message: string, severity: vscode.DiagnosticSeverity): vscode.Diagnostic {
  return new vscode.Diagnostic(new vscode.Range(0, 0, 0, 0), neutral(message, 1000), severity); // a file of bytes has no lines
}

export const browse = (options: vscode.OpenDialogOptions & { readonly title: string }): Thenable<vscode.Uri[] | undefined> => vscode.window.showOpenDialog({ ...options, title: neutral(options.title, MOST_LABEL) });
export const saveTo = (options: vscode.SaveDialogOptions): Thenable<vscode.Uri | undefined> => vscode.window.showSaveDialog(options);
