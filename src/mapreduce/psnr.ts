const MAX_DB = 100;

/**
 * How alike two small pictures of red, green, blue and alpha are, in decibels over their colours: 100 for the same, 0
 * for what is missing or of another size.
 */
export function psnrDb(a: Uint8ClampedArray | undefined, b: Uint8ClampedArray | undefined): number {
  if (a === undefined || b === undefined || a.length !== b.length || a.length === 0) return 0;
  let sum = 0;
  for (let i = 0; i < a.length; i++) if (i % 4 !== 3) sum += ((a[i] ?? 0) - (b[i] ?? 0)) ** 2;
  const meanSquare = sum / ((a.length / 4) * 3);
  return meanSquare === 0 ? MAX_DB : Math.min(MAX_DB, 10 * Math.log10(255 ** 2 / meanSquare));
}
