// Source of the bytes in scale-kernel.ts, in AssemblyScript (Apache-2.0, not a dependency). After a change:
//   cp src/encode/scale-kernel.as /tmp/kernel.ts
//   npx -p assemblyscript@0.28.20 asc /tmp/kernel.ts -o /tmp/kernel.wasm -O3 --runtime stub --enable simd --noAssert --importMemory --initialMemory 1
//   base64 -w0 /tmp/kernel.wasm

// Makes one plane smaller, row by row: first down the columns (`taps` rows, weights of 1/128), then along the row
// (eight samples, weights of 1/16384). Reads up to 15 bytes past a row and writes up to 7 past the plane.
export function scalePlane(src: usize, srcStride: i32, srcWidth: i32, dst: usize, dstWidth: i32, dstHeight: i32,
  rowStart: usize, rowWeights: usize, taps: i32, colStart: usize, colWeights: usize, line: usize): void {
  const flip = i8x16.splat(-128);
  const round = i16x8.splat(64);
  const back = i16x8.splat(128);
  const half = i32x4.splat(1 << 13);
  for (let y = 0; y < dstHeight; y++) {
    const from = src + <usize>(load<i32>(rowStart + (<usize>y << 2)) * srcStride);
    const w = rowWeights + <usize>(y * taps * 2);
    for (let x = 0; x < srcWidth; x += 16) {
      let low = round;
      let high = round;
      let p = from + x;
      for (let t = 0; t < taps; t++) {
        const k = v128.load_splat<i16>(w + (<usize>t << 1));
        const v = v128.xor(v128.load(p), flip);
        low = i16x8.add(low, i16x8.mul(i16x8.extend_low_i8x16_s(v), k));
        high = i16x8.add(high, i16x8.mul(i16x8.extend_high_i8x16_s(v), k));
        p += srcStride;
      }
      low = i16x8.add(i16x8.shr_s(low, 7), back);
      high = i16x8.add(i16x8.shr_s(high, 7), back);
      v128.store(line + x, i8x16.narrow_i16x8_u(low, high));
    }
    const out = dst + <usize>(y * dstWidth);
    for (let x = 0; x < dstWidth; x += 8) {
      const s = colStart + (<usize>x << 2);
      const c = colWeights + (<usize>x << 4);
      const lo = four(line, s, c);
      const hi = four(line, s + 16, c + 64);
      const words = i16x8.narrow_i32x4_s(i32x4.shr_s(i32x4.add(lo, half), 14), i32x4.shr_s(i32x4.add(hi, half), 14));
      v128.store64_lane(out + x, i8x16.narrow_i16x8_u(words, words), 0);
    }
  }
}
@inline function four(line: usize, s: usize, c: usize): v128 {
  const a = i32x4.dot_i16x8_s(v128.load_ext<u8>(line + <usize>load<i32>(s)), v128.load(c));
  const b = i32x4.dot_i16x8_s(v128.load_ext<u8>(line + <usize>load<i32>(s, 4)), v128.load(c, 16));
  const d = i32x4.dot_i16x8_s(v128.load_ext<u8>(line + <usize>load<i32>(s, 8)), v128.load(c, 32));
  const e = i32x4.dot_i16x8_s(v128.load_ext<u8>(line + <usize>load<i32>(s, 12)), v128.load(c, 48));
  const ab = i32x4.add(v128.shuffle<i32>(a, b, 0, 4, 1, 5), v128.shuffle<i32>(a, b, 2, 6, 3, 7));
  const de = i32x4.add(v128.shuffle<i32>(d, e, 0, 4, 1, 5), v128.shuffle<i32>(d, e, 2, 6, 3, 7));
  return i32x4.add(v128.shuffle<i32>(ab, de, 0, 1, 4, 5), v128.shuffle<i32>(ab, de, 2, 3, 6, 7));
}
