import { type BroadcastBy, type BroadcastRight, ROLES, type Role, type Visibility } from '../protocol/accounts.ts';

/** Who asks; undefined anywhere below means nobody who is logged in. */
export interface Identity {
  readonly accountId: string;
  readonly role: Role;
}

/** A role as the database holds it; throws on one that this version does not know. */
export const roleOf = (text: string): Role => {
  const role = ROLES.find((known) => known === text);
  if (role === undefined) throw new Error(`The database holds the unknown role ${text}.`);
  return role;
};

/** What a broadcast says about who may do what. `ownerId` undefined: made without an account. */
export interface Owned {
  readonly ownerId: string | undefined;
  readonly visibility: Visibility;
}

/** When `BROADCAST_BY` is not said. */
export const DEFAULT_BROADCAST_BY: BroadcastBy = 'invited';

export const isOwner = (who: Identity | undefined, { ownerId }: Owned): boolean =>
  who !== undefined && ownerId === who.accountId;

/** Media, manifests, facts. An administrator looks after the machine, not into what is private. */
export const mayWatch = (who: Identity | undefined, broadcast: Owned): boolean =>
  broadcast.visibility !== 'private' || isOwner(who, broadcast);

/** Rename, hide further, delete. */
export const mayManage = (who: Identity | undefined, broadcast: Owned): boolean =>
  isOwner(who, broadcast) || who?.role === 'admin';

const OPENNESS: Readonly<Record<Visibility, number>> = { private: 0, unlisted: 1, public: 2 };

/** Only its owner shows a broadcast to more people than before. */
export const mayShow = (who: Identity | undefined, broadcast: Owned, visibility: Visibility): boolean =>
  isOwner(who, broadcast) || (mayManage(who, broadcast) && OPENNESS[visibility] <= OPENNESS[broadcast.visibility]);

/** Public ones are in everybody's list, the rest in their owner's. */
export const isListedFor = (who: Identity | undefined, broadcast: Owned): boolean =>
  broadcast.visibility === 'public' || isOwner(who, broadcast);

/** How somebody without an account could become the first administrator. */
export type FirstAdmin = 'done' | 'here' | 'by-link';

export function broadcastRight(by: BroadcastBy, who: Identity | undefined, firstAdmin: FirstAdmin): BroadcastRight {
  if (by === 'anyone') return { kind: 'yes' };
  if (who === undefined) {
    if (firstAdmin === 'done') return { kind: 'no', because: 'log-in' };
    return { kind: 'no', because: firstAdmin === 'here' ? 'first-admin' : 'setup-link' };
  }
  if (by === 'accounts' || who.role !== 'viewer') return { kind: 'yes' };
  return { kind: 'no', because: 'invitation' };
}
