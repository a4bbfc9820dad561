import type { MediaPlayerSettingClass } from 'dashjs';

/**
 * What every line here is for is said in the research the product rests on; in short: the page owns pace, jumps and
 * quality, dash.js owns the media source. No request may go to a third party, nothing is kept in local storage.
 */
export function dashSettings(timeUrl: string, initialBitrateKbps: number, isFeed: boolean): MediaPlayerSettingClass {
  return {
    streaming: {
      // Only the cap of how near to live a seek may land; the page aims, by its own target.
      delay: { liveDelay: 0.1 },
      liveCatchup: { enabled: false, maxDrift: 0 },
      buffer: {
        bufferTimeDefault: 20,
        bufferTimeAtTopQuality: 20,
        bufferTimeAtTopQualityLongForm: 20,
        bufferToKeep: 30,
        fastSwitchEnabled: false,
        // A stall is for the media element to show; dash.js would set the rate to 0 and fight the page's pace.
        setStallState: false,
        lowLatencyStallThreshold: 0.1,
      },
      gaps: { jumpGaps: true, jumpLargeGaps: true },
      scheduling: { scheduleWhilePaused: true, lowLatencyTimeout: 15 },
      text: { defaultEnabled: false },
      utcSynchronization: {
        enabled: true,
        // A manifest that tells the time itself tells it for the moment at which it is read.
        enableBackgroundSyncAfterSegmentDownloadError: false,
        defaultTimingSource: { scheme: 'urn:mpeg:dash:utc:http-iso:2014', value: timeUrl },
      },
      lastBitrateCachingInfo: { enabled: false },
      lastMediaSettingsCachingInfo: { enabled: false },
      cacheInitSegments: true,
      abr: {
        initialBitrate: { video: initialBitrateKbps },
        rules: {
          throughputRule: { active: !isFeed },
          bolaRule: { active: false },
          insufficientBufferRule: { active: !isFeed },
          switchHistoryRule: { active: false },
          droppedFramesRule: { active: false },
          abandonRequestsRule: { active: false },
        },
        throughput: {
          // The default average weighs a sample by its download time, and pieces of a few milliseconds count for nothing.
          averageCalculationMode: 'throughputCalculationModeByteSizeWeightedHarmonicMean',
          sampleSettings: { live: 6, enableSampleSizeAdjustment: false },
          useResourceTimingApi: !isFeed,
          ewma: {},
        },
      },
    },
  };
}
