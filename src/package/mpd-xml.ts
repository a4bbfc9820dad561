/** Attribute values an element may have; undefined leaves the attribute out. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Everything XML 1.0 does not allow in a document, not even escaped; `u` makes lone surrogates match. */
const FORBIDDEN = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;

/** The one place where text becomes XML: for text and for attribute values alike. */
export const escapeXml = (text: string): string =>
  text.replace(FORBIDDEN, '\u{fffd}').replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char);

/** An element with text or with children, indented by the caller's nesting. */
export function element(name: string, attributes: Attributes, children: readonly string[] = []): string {
  const list = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${escapeXml(String(value))}"`)
    .join('');
  if (children.length === 0) return `<${name}${list}/>`;
  const inner = children.flatMap((child) => child.split('\n')).map((line) => `  ${line}`);
  return `<${name}${list}>\n${inner.join('\n')}\n</${name}>`;
}

/** An element that holds one line of text, whatever is in it. */
export const textElement = (name: string, text: string): string =>
  `<${name}>${escapeXml(text.replace(/\s+/g, ' '))}</${name}>`;
