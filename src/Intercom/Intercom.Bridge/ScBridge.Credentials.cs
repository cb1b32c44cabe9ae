using Intercom.Bridge.Internal;

namespace Intercom.Bridge;

public sealed partial class ScBridge
{
    /// <summary>Held while credentials change and while a client gets one, so that none is given that was revoked.</summary>
    private readonly Lock _credentialsLock = new();

    private volatile IReadOnlyList<BridgeCredential> _credentials = [];

    /// <summary>
    /// Credentials taken beside the token of the options. Setting it changes what clients connected with one may do;
    /// those whose credential (its id and token) is no longer there are disconnected. From any thread.
    /// </summary>
    public IReadOnlyList<BridgeCredential> Credentials
    {
        get => _credentials;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            lock (_credentialsLock)
            {
                _credentials = [.. value];
                foreach (var client in _clients.Keys)
                {
                    if (client.Session.Credential is not { } held)
                        continue;
                    if (FindSame(held) is { } current)
                        client.Session.Credential = current;
                    else
                        client.Revoke();
                }
            }
        }
    }

    /// <summary>Lets a client in; false when its credential was revoked meanwhile.</summary>
    internal bool TryAdmit(ClientSession session, BridgeCredential? credential)
    {
        lock (_credentialsLock)
        {
            var current = credential is null ? null : FindSame(credential);
            if (credential is not null && current is null)
                return false;
            session.Credential = current;
            if (!session.IsAuthenticated)
                Interlocked.Decrement(ref _unauthenticated);
            session.IsAuthenticated = true;
        }
        LogAuthenticated();
        return true;
    }

    private BridgeCredential? FindSame(BridgeCredential held) =>
        _credentials.FirstOrDefault(known =>
            known.Id == held.Id && known.TokenHash.Span.SequenceEqual(held.TokenHash.Span)
        );
}
