// The requests that EFL's server knows beside those of the protocol.

import { Location, RequestType, TextDocumentIdentifier } from 'vscode-languageclient/node';

export interface DocumentParams {
  textDocument: TextDocumentIdentifier;
}

/** Lines of the YAML, half open, and where they come from. */
export interface YamlPiece {
  startLine: number;
  endLine: number;
  location: Location;
}

export interface Yaml {
  text: string;
  map: YamlPiece[];
}

/** A picture; `id` is the `id` of a node's element, or its `data-id`. */
export interface Graph {
  svg: string;
  nodes: { id: string; location: Location }[];
}

export const yamlRequest = new RequestType<DocumentParams, Yaml | null, void>('efl/yaml');
export const graphRequest = new RequestType<DocumentParams, Graph | null, void>('efl/graph');
