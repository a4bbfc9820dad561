import type { PlayerState } from '../play/player-state.ts';
import type { TabcastPlayer } from '../play/tabcast-player.ts';
import type { PlayerKeyAction } from './player-keys.ts';
import type { PlayerChoice } from './player-menu.ts';

/** What a person asks for with a control of the bar. */
export type PlayerWish =
  | { readonly kind: 'toggle-play' }
  | { readonly kind: 'go-live' }
  /** Faster until the live edge is reached, or at the ordinary pace again. */
  | { readonly kind: 'catch-up'; readonly isOn: boolean }
  | { readonly kind: 'toggle-mute' }
  | { readonly kind: 'volume'; readonly volume: number }
  | { readonly kind: 'picture-in-picture' }
  | { readonly kind: 'full-screen' };

/** From the bar, its menu or a key. */
export type PlayerCommand = PlayerWish | PlayerChoice | PlayerKeyAction;
/** These are the page's, not the player's. */
type PageCommand = Extract<PlayerCommand, { kind: 'picture-in-picture' | 'full-screen' | 'statistics' }>;

export const CATCH_UP_SPEED = 1.25;

/** What of the player commands may use. */
export type Commanded = Pick<
  TabcastPlayer,
  'togglePlay' | 'play' | 'goLive' | 'setSpeed' | 'setMuted' | 'setVolume' | 'setQuality' | 'setMode' | 'seekBy'
>;

/** `state` is what the player told last, undefined before it told anything. */
export function obey(
  player: Commanded,
  command: Exclude<PlayerCommand, PageCommand>,
  state: Pick<PlayerState, 'isMuted' | 'volume'> | undefined,
): void {
  switch (command.kind) {
    case 'toggle-play':
      player.togglePlay();
      break;
    case 'go-live':
      player.goLive();
      break;
    case 'catch-up':
      player.setSpeed(command.isOn ? CATCH_UP_SPEED : 1);
      if (command.isOn) player.play();
      break;
    case 'toggle-mute':
      player.setMuted(!(state?.isMuted ?? false));
      break;
    case 'volume':
      player.setVolume(command.volume);
      break;
    case 'volume-by':
      player.setVolume((state?.volume ?? 1) + command.step);
      break;
    case 'seek-by':
      player.seekBy(command.ms);
      break;
    case 'quality':
      player.setQuality(command.track);
      break;
    case 'mode':
      player.setMode(command.mode);
      break;
    case 'speed':
      player.setSpeed(command.speed);
      break;
  }
}
