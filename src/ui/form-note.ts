import { css, html, nothing } from 'lit';
import { sentenceOf } from './ask-origin.ts';
import { icons } from './icons.ts';

/** What became of the last press of a button; `none` before the first. */
export type FormAnswer =
  | { readonly kind: 'none' }
  | { readonly kind: 'waiting' }
  | { readonly kind: 'done'; readonly sentence: string }
  | { readonly kind: 'refused'; readonly sentence: string };

/** Does it. `act` answers with a sentence about what is done, or nothing where that can be seen. Never rejects. */
export async function answerTo(act: () => Promise<string | undefined>): Promise<FormAnswer> {
  try {
    const sentence = await act();
    return sentence === undefined ? { kind: 'none' } : { kind: 'done', sentence };
  } catch (cause) {
    return { kind: 'refused', sentence: sentenceOf(cause) };
  }
}

export const formNote = css`
  .answer {
    display: flex;
    gap: var(--tc-space-2);
    padding: var(--tc-space-3) var(--tc-space-4);
    border-radius: var(--tc-radius-m);
    overflow-wrap: anywhere;
  }
  .answer.refused {
    background: var(--tc-color-bad-soft);
    color: var(--tc-color-bad);
  }
  .answer.done {
    background: var(--tc-color-good-soft);
    color: var(--tc-color-good);
  }
  .answer svg {
    margin-top: 0.15rem;
  }
`;

/** The answer under a form; a refusal is read out at once. */
export function answerNote(answer: FormAnswer) {
  if (answer.kind === 'refused')
    return html`<p class="answer refused" role="alert">${icons.warning}<span>${answer.sentence}</span></p>`;
  if (answer.kind === 'done')
    return html`<p class="answer done" role="status">${icons.check}<span>${answer.sentence}</span></p>`;
  return nothing;
}
