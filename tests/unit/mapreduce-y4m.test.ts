import { expect, test } from '@playwright/test';
import fc from 'fast-check';
import { readY4mHeader, y4mOffset, y4mPictures } from '../../src/mapreduce/y4m.ts';

const read = (text: string) => readY4mHeader(Buffer.from(text, 'latin1'));

test('the first line of an uncompressed film says size, rate, kind and the shape of a pixel', () => {
  const answer = read('YUV4MPEG2 W7680 H4320 F30000:1001 Ip A1:1 C420jpeg XYSCSS=420JPEG\nFRAME\n');
  if (answer.kind !== 'header') throw new Error('no header');
  expect(answer.header).toMatchObject({
    width: 7680,
    height: 4320,
    format: 'I420',
    pixelAspect: 1,
    pictureBytes: 49_766_400,
  });
  expect(answer.header.pictureRate).toBeCloseTo(29.97, 2);
  expect(y4mPictures(answer.header, y4mOffset(answer.header, 3) - 1)).toBe(2);
  expect(y4mPictures(answer.header, y4mOffset(answer.header, 3))).toBe(3);
  expect(y4mPictures(answer.header, 5)).toBe(0);
});

test('odd sizes round their colours up, and anamorphic pixels are told', () => {
  const answer = read('YUV4MPEG2 W427 H241 F25:1 A16:11 C444\n');
  if (answer.kind !== 'header') throw new Error('no header');
  expect(answer.header).toMatchObject({ format: 'I444', pictureBytes: 427 * 241 * 3 });
  expect(answer.header.pixelAspect).toBeCloseTo(16 / 11, 6);
  expect(read('YUV4MPEG2 W427 H241 F25:1\n')).toMatchObject({ header: { pictureBytes: 427 * 241 + 2 * 214 * 121 } });
});

test('what cannot be used is refused with its reason, and other files are not taken for films', () => {
  expect(read('\0\0\0\x20ftypisom').kind).toBe('other');
  for (const bad of [
    'YUV4MPEG2 W1920 H1080 F30:1 C420p10\n',
    'YUV4MPEG2 W1920 H1080 C420\n',
    'YUV4MPEG2 W1920 F30:1\n',
    'YUV4MPEG2 W99999 H1080 F30:1\n',
    'YUV4MPEG2 W1920 H1080 F30:0\n',
    'YUV4MPEG2 W1920 H1080 F30:1',
  ])
    expect([bad, read(bad).kind]).toEqual([bad, 'refused']);
  fc.assert(fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => readY4mHeader(bytes).kind !== 'header'));
  fc.assert(
    fc.property(fc.string({ maxLength: 60 }), (text) => {
      const answer = read(`YUV4MPEG2 ${text}\n`);
      return answer.kind !== 'header' || answer.header.pictureBytes > 0;
    }),
  );
});
