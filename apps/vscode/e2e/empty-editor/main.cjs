const vscode = require('vscode');

exports.activate = (context) => {
  const provider = {
    openCustomDocument: (uri) => ({ uri, dispose() {} }),
    resolveCustomEditor(_document, panel) {
      panel.webview.html = '<!doctype html><body data-opened="true"><p>Empty</p>';
    },
  };
  context.subscriptions.push(vscode.window.registerCustomEditorProvider('exrE2e.empty', provider, { supportsMultipleEditorsPerDocument: true }));
};
