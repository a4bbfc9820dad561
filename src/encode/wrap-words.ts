const MAX_LINES = 3;

/** Lines that fit, broken between words; what is more than three lines is cut, with a sign that it was. */
export function wrapWords(text: string, fits: (line: string) => boolean): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter((one) => one !== '')) {
    const last = lines.at(-1);
    if (last !== undefined && fits(`${last} ${word}`)) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  const cut = (line: string): string => {
    let letters = [...new Intl.Segmenter().segment(line)].map(({ segment }) => segment);
    while (letters.length > 1 && !fits(`${letters.join('')}…`)) letters = letters.slice(0, -1);
    return `${letters.join('')}…`;
  };
  const shown = lines.slice(0, MAX_LINES).map((line) => (fits(line) ? line : cut(line)));
  const last = shown.at(-1);
  if (lines.length > MAX_LINES && last !== undefined) shown[MAX_LINES - 1] = cut(last);
  return shown;
}
