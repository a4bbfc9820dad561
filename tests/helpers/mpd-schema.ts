import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runProgram } from './ffprobe.ts';

const SCHEMA = fileURLToPath(new URL('../../../shared/schema/DASH-MPD-5th-AMD1+ssr-overlay.xsd', import.meta.url));

/** The schema is ISO's and not part of the project: it may lie beside it. */
export const hasMpdSchema = existsSync(SCHEMA);

/** What xmllint says against a manifest; empty when it is valid. */
export async function schemaComplaints(mpd: string): Promise<string> {
  const args = ['--nonet', '--noout', '--schema', SCHEMA, '-'];
  const { code, stderr } = await runProgram('xmllint', args, Buffer.from(mpd));
  return code === 0 ? '' : `${code}: ${stderr}`;
}
