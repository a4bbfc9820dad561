import { DOMParser } from '@xmldom/xmldom';

/** One element of an MPD: attributes by name, children by local name, in document order. */
export interface XmlNode {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlNode[];
}

/** Throws on anything that is not well-formed. */
export function parseXml(text: string): XmlNode {
  const fail = (message: string): never => {
    throw new Error(`the MPD is not well-formed: ${message}`);
  };
  const parser = new DOMParser({ errorHandler: { warning: fail, error: fail, fatalError: fail } });
  const root = parser.parseFromString(text, 'text/xml').documentElement;
  return root === null ? fail('it is empty') : read(root);
}

function read(element: Element): XmlNode {
  const attributes: Record<string, string> = {};
  for (let i = 0; i < element.attributes.length; i++) {
    const attribute = element.attributes[i];
    if (attribute !== undefined) attributes[attribute.name] = attribute.value;
  }
  const children: XmlNode[] = [];
  for (let node = element.firstChild; node !== null; node = node.nextSibling)
    if (node.nodeType === 1) children.push(read(node as Element));
  return { name: element.localName, attributes, children };
}

export const childrenOf = (node: XmlNode, name: string): XmlNode[] =>
  node.children.filter((child) => child.name === name);

export function* everyNode(node: XmlNode): Generator<XmlNode> {
  yield node;
  for (const child of node.children) yield* everyNode(child);
}

/** Seconds of `PT1H2M3.5S`; NaN for anything else. */
export function durationS(text: string | undefined): number {
  const match = /^PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?$/.exec(text ?? '');
  if (match === null) return Number.NaN;
  const [, hours = '0', minutes = '0', seconds = '0'] = match;
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}
