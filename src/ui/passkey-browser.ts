import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/browser';
import type { PasskeyInfo, WebAuthnJson } from '../protocol/accounts.ts';
import { StageError } from '../protocol/errors.ts';
import { accountApi } from './account-api.ts';

/** Passkeys need a secure page and a host with a name: a browser refuses them for an address of numbers. */
export const canUsePasskeys = (): boolean =>
  window.isSecureContext && 'PublicKeyCredential' in window && !/^[\d.]+$|^\[/.test(location.hostname);

const webauthn = () => import('@simplewebauthn/browser');

/** A person who says no, a time that ran out and a browser that forbids it look alike, on purpose. */
async function fromBrowser<T>(start: () => Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (cause) {
    const isKnownHere = cause instanceof Error && cause.name === 'InvalidStateError';
    const sentence = isKnownHere
      ? 'This device has a passkey for your account already.'
      : 'The browser did not give a passkey: it was cancelled, or there is none here. Try again, or use the password.';
    throw new StageError('origin', 'no_passkey', sentence, { cause });
  }
}

/** Rejects with StageError. */
export async function logInByPasskey(): Promise<void> {
  const { startAuthentication } = await webauthn();
  const { challengeId, options } = await accountApi.passkeyLogInOptions();
  const optionsJSON = options as unknown as PublicKeyCredentialRequestOptionsJSON;
  const response = await fromBrowser(() => startAuthentication({ optionsJSON }));
  await accountApi.passkeyLogIn({ challengeId, response: response as unknown as WebAuthnJson });
}

/** Resolves with all passkeys of the account. Rejects with StageError. */
export async function makePasskey(name: string): Promise<readonly PasskeyInfo[]> {
  const { startRegistration } = await webauthn();
  const { challengeId, options } = await accountApi.passkeyOptions();
  const optionsJSON = options as unknown as PublicKeyCredentialCreationOptionsJSON;
  const response = await fromBrowser(() => startRegistration({ optionsJSON }));
  return accountApi.addPasskey({ challengeId, response: response as unknown as WebAuthnJson, name });
}
