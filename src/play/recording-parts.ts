const SSR = 'urn:mpeg:dash:ssr:2023';

/**
 * A recording's manifest names whole 10 s segments, of which a seek on a slow line costs seconds. The origin keeps
 * serving every piece of a segment, so for this player the same template is read in parts; anything unexpected is left
 * as it is. A live manifest already has parts.
 */
export function withParts(manifest: string, partsPerSegment: number, gopSeconds: number): string {
  if (!/<MPD[^>]*\stype="static"/.test(manifest) || manifest.includes(SSR)) return manifest;
  const partsPerGop = Math.round((partsPerSegment * gopSeconds) / 10);
  return manifest.replace(/<AdaptationSet\b[^>]*>[\s\S]*?<\/AdaptationSet>/g, (set) => {
    const isSound = /contentType="audio"|mimeType="audio/.test(set);
    const cadence = isSound ? 1 : partsPerGop;
    const sequence = `<SegmentSequenceProperties sapType="1" cadence="${cadence}"/>`;
    const template = /<SegmentTemplate\b[^>]*\smedia="[^"]*\$Number\$\.m4s"/;
    if (!template.test(set)) return set;
    return set
      .replace(/(<AdaptationSet\b[^>]*>)/, `$1<EssentialProperty schemeIdUri="${SSR}"/>`)
      .replace(/<SegmentTemplate\b/, `${sequence}<SegmentTemplate k="${partsPerSegment}"`)
      .replace('$Number$.m4s', `$Number$-$SubNumber$of${partsPerSegment}.m4s`);
  });
}
