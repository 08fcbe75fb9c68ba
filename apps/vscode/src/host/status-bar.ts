import * as vscode from 'vscode';
import type { ExrEditor } from './editor.ts';
import { showStatus } from './say.ts';
import { statusTexts } from './status-text.ts';

/** Items in the status bar, there only while an EXR editor is the active one. */
export class StatusBar implements vscode.Disposable {
  readonly #items = {
    verdict: item('verdict', 'EXR: whole or not', 104, 'exr.showProblems'),
    size: item('size', 'EXR: dimensions and size', 103, 'exr.toggleHeader'),
    layer: item('layer', 'EXR: layer', 102, 'exr.pickLayer'),
    exposure: item('exposure', 'EXR: exposure', 101, 'exr.pickExposure'),
    zoom: item('zoom', 'EXR: zoom', 100, 'exr.pickZoom'),
  };

  show(editor: ExrEditor | null): void {
    const opened = editor?.document.current ?? null;
    if (!editor || !opened) {
      for (const each of Object.values(this.#items)) each.hide();
      return;
    }
    const { size, layer, zoom, exposure, verdict } = statusTexts(opened, editor.state, editor.document.judged, editor.document.faults);
    showStatus(this.#items.size, { text: size }, 'Dimensions of what is shown and size of the file. Click for the header.');
    showStatus(this.#items.layer, layer === null ? null : { icon: 'layers', text: layer }, 'The layer that is drawn. Click to choose another.');
    showStatus(this.#items.zoom, zoom === null ? null : { text: zoom }, 'Zoom. Click to choose.');
    showStatus(this.#items.exposure, exposure === null ? null : { text: exposure }, 'Exposure in stops. Click to set.');
    showStatus(this.#items.verdict, verdict, verdict?.tip ?? '');
    this.#items.verdict.backgroundColor = verdict && verdict.level !== 'fine' ? new vscode.ThemeColor(`statusBarItem.${verdict.level}Background`) : undefined;
  }

  dispose(): void {
    for (const each of Object.values(this.#items)) each.dispose();
  }
}

function item(id: string, name: string, priority: number, command: string): vscode.StatusBarItem {
  const made = vscode.window.createStatusBarItem(`exr.${id}`, vscode.StatusBarAlignment.Right, priority);
  made.name = name;
  made.command = command;
  return made;
}
