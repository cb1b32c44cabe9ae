// Who may hear and write on which channel, as Intercom's JavaScript peer decides it: invites, owners, welcomes. The
// entry channel is free of all of them.
export class Policy {
  #credentials;
  #entry;
  #inviteChannels;
  #inviters;
  #owners;
  #ownerOnly;
  #welcomeRequired;
  #invited = new Set();
  #invites = new Map();
  #welcomes = new Map();

  constructor(credentials, options) {
    const { entry, inviteChannels = [], inviters = [], owners = {}, ownerOnly = [], welcomeRequired = false } = options;
    this.#credentials = credentials;
    this.#entry = entry;
    this.#inviteChannels = new Set(inviteChannels);
    this.#inviters = new Set(inviters);
    this.#owners = new Map(Object.entries(owners));
    this.#ownerOnly = new Set(ownerOnly);
    this.#welcomeRequired = welcomeRequired;
  }

  /** Takes an invite for ourselves. */
  acceptInvite(channel, invite) {
    if (this.#holdsInvite(invite, channel, this.#credentials.key)) this.#invites.set(channel, invite);
    this.acceptWelcome(channel, invite?.welcome);
  }

  /** Takes a welcome if the channel's owner signed it. */
  acceptWelcome(channel, welcome) {
    const owner = this.#owners.get(channel);
    if (!owner || !this.#credentials.holdsWelcome(welcome, channel, owner)) return false;
    this.#welcomes.set(channel, welcome);
    return true;
  }

  /** Forgets what was accepted for a channel that is left. */
  forget(channel) {
    this.#invites.delete(channel);
    this.#welcomes.delete(channel);
    for (const known of this.#invited) if (known.endsWith(` ${channel}`)) this.#invited.delete(known);
  }

  mayJoin(channel) {
    return !this.#needsInvite(channel) || this.#isInviter(this.#credentials.key) || this.#invites.has(channel);
  }

  mayWrite(channel) {
    return !this.#isOwnerOnly(channel) || this.#owns(channel);
  }

  /** Whether messages of a channel may go to a neighbour. */
  maySee(channel, remote) {
    return !this.#needsInvite(channel) || this.#isInviter(remote) || this.#invited.has(`${remote} ${channel}`);
  }

  /** What is said to a neighbour with whom a channel has just opened. */
  greetings(channel, remote) {
    const said = [];
    const welcome = this.#welcomes.get(channel);
    if (welcome && this.#owns(channel) && this.maySee(channel, remote)) said.push({ control: 'welcome', welcome });
    const invite = this.#invites.get(channel);
    if (invite && this.#needsInvite(channel)) said.push({ control: 'auth', invite });
    return said;
  }

  /** Why a payload from a neighbour is refused before it is known to be new, or null. */
  refusal(channel, remote, payload, isSignedBy) {
    if (this.#needsInvite(channel) && !this.#admit(channel, remote, payload)) return 'invite';
    const control = payload?.message?.control;
    if (!this.#isOwnerOnly(channel) || control === 'auth' || control === 'welcome') return null;
    const owner = this.#owners.get(channel);
    return owner && payload?.from === owner && isSignedBy(payload) ? null : 'owner';
  }

  /** The same for what is judged afterwards: welcomes. */
  welcomeRefusal(channel, payload) {
    const { message, invite } = payload;
    const shown = message?.welcome ?? payload.welcome ?? invite?.welcome ?? message?.invite?.welcome;
    const isGood = this.acceptWelcome(channel, shown);
    if (message?.control === 'welcome' && !isGood) return 'welcome';
    const isAwaited = this.#welcomeRequired && channel !== this.#entry && !this.#welcomes.has(channel);
    return isAwaited ? 'awaiting welcome' : null;
  }

  #admit(channel, remote, payload) {
    if (!this.mayJoin(channel)) return false;
    if (this.maySee(channel, remote)) return true;
    const invite = payload?.invite ?? payload?.message?.invite;
    if (!this.#holdsInvite(invite, channel, remote)) return false;
    this.#invited.add(`${remote} ${channel}`);
    return true;
  }

  #holdsInvite(invite, channel, invitee) {
    return (
      this.#credentials.holdsInvite(invite, channel, invitee) && this.#isInviter(invite.payload.inviterPubKey)
    );
  }

  #needsInvite = (channel) => channel !== this.#entry && this.#inviteChannels.has(channel);
  #isOwnerOnly = (channel) => channel !== this.#entry && this.#ownerOnly.has(channel);
  #owns = (channel) => this.#owners.get(channel) === this.#credentials.key;
  #isInviter = (key) => this.#inviters.has(key);
}
