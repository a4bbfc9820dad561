import type { GreenRoomWish } from './green-room.ts';
import type { ControlWish } from './studio-controls.ts';
import type { SetupWish } from './studio-setup.ts';
import type { StudioActions } from './studio-state.ts';
import type { UnfinishedWish } from './studio-unfinished.ts';

/** Everything that can be wished on the studio's page. */
export type StudioWish =
  | SetupWish
  | ControlWish
  | GreenRoomWish
  | { readonly kind: 'left'; readonly wish: UnfinishedWish };

/** Asks the controller for it. Rejects with what could not be done. */
export async function fulfil(actions: StudioActions, wish: StudioWish): Promise<void> {
  switch (wish.kind) {
    case 'title':
      return actions.setTitle(wish.title);
    case 'camera':
      return actions.chooseCamera(wish.id);
    case 'turn-camera':
      return actions.turnCamera();
    case 'microphone':
      return actions.chooseMicrophone(wish.id);
    case 'scene':
      return actions.chooseScene(wish.scene, wish.isAnother);
    case 'file':
      return actions.chooseFile(wish.file);
    case 'playout':
      return actions.controlFile(wish.wish);
    case 'volume':
      return actions.setVolume(wish.input, wish);
    case 'mute':
      return actions.setMuted(wish.isMuted);
    case 'camera-off':
      return actions.setCameraOff(wish.isOff);
    case 'go-live':
      return actions.goLive();
    case 'end-stream':
      return actions.endStream();
    case 'devices':
      return actions.askForDevices(wish.scene);
    case 'measure':
      return actions.measure();
    case 'retry':
      return actions.retry();
    case 'test':
      return actions[wish.wish]();
    case 'preset':
      return actions.choosePreset(wish.preset);
    case 'helped':
      return actions.setHelped(wish.isHelped);
    case 'left':
      return actions[wish.wish]();
  }
}
