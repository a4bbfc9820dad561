import { HELPED_LAG_SCHEME } from '../protocol/lend.ts';

const LAG = new RegExp(`<SupplementalProperty[^>]*\\sschemeIdUri="${HELPED_LAG_SCHEME}"[^>]*\\svalue="(\\d{1,5})"`);

/**
 * How long after the creator's own pictures those of helpers come, in milliseconds, as the manifest says (SPEC LEND13);
 * 0 when it says nothing.
 */
export const helpedLagMs = (manifest: string): number => Number(LAG.exec(manifest)?.[1] ?? 0);
