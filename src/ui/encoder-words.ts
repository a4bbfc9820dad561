import { fallbackEncoder } from '../protocol/urls.ts';
import type { ConditionNote } from './live-conditions.ts';
import type { StudioState } from './studio-state.ts';

/** Why the encoder in use is the one in use. Only: the browser has none of its own that works. */
export type EncoderWhy = 'own' | 'only' | 'asked' | 'took-over';

export const NOTICE_LINK = { href: fallbackEncoder.notice, text: 'Licence and source of FFmpeg' } as const;

const REASONS: Readonly<Record<EncoderWhy, string>> = {
  own: '',
  only: 'This browser has no H.264 encoder that works, so the server’s fallback (ffmpeg.wasm) runs in this page. It is slower: viewers get fewer and smaller qualities. Chrome, Edge and Safari do without it.',
  asked:
    'The fallback encoder (ffmpeg.wasm) makes the pictures, because this page’s address asks for it. It is slower: viewers get fewer and smaller qualities.',
  'took-over':
    'The browser’s video encoder failed, and the fallback (ffmpeg.wasm) took over: the stream goes on. It needs more of this machine; close other programs.',
};

/** What encodes and why, where it is not simply the browser. Empty when it is. */
export function encoderNotes({
  phase,
  encoderWhy,
  encoderHoldsMs,
}: Pick<StudioState, 'encoderWhy' | 'encoderHoldsMs'> & {
  readonly phase: Pick<StudioState['phase'], 'kind'>;
}): readonly ConditionNote[] {
  if (phase.kind !== 'ready' && phase.kind !== 'starting' && phase.kind !== 'live') return [];
  const notes: ConditionNote[] = [];
  if (encoderWhy !== 'own')
    notes.push({
      tone: encoderWhy === 'took-over' ? 'trouble' : 'info',
      text: REASONS[encoderWhy],
      link: NOTICE_LINK,
    });
  if (encoderHoldsMs === 0) return notes;
  const seconds = (encoderHoldsMs / 1000).toFixed(1);
  const text =
    encoderWhy === 'own'
      ? `This browser’s encoder keeps every picture for ${seconds} s, so viewers see you that much later. Chrome and Edge do not.`
      : `This page may not share memory between threads, so the fallback encoder takes two seconds at a time: viewers see you ${seconds} s later. A proxy that drops the headers Cross-Origin-Opener-Policy and Cross-Origin-Embedder-Policy does that.`;
  return [...notes, { tone: 'info', text }];
}
