using Hyper.Core.Internal;
using Hyper.Crypto;

namespace Hyper.Core;

public sealed partial class Hypercore
{
    /// <summary>Another session on what this one looks at. As any made from this one, it reads as <see cref="Reads"/> says
    /// here, and writes nothing if this one may not.</summary>
    public Hypercore OpenSession()
    {
        VerifyOpen();
        return Derive(_state, _keyPair);
    }

    /// <summary>
    /// A named session: a branch that begins with what this session has, has blocks of its own, and is kept. It is opened again
    /// by its name, or begun anew with <paramref name="overwrite"/>, which an open one is not.
    /// </summary>
    /// <exception cref="HypercoreException">
    /// SESSION_NOT_WRITABLE: it is not stored, or to be begun anew, and this session was opened to read or is a snapshot.
    /// </exception>
    public async Task<Hypercore> OpenSessionAsync(string name, bool overwrite = false)
    {
        VerifyOpen();
        const string refusal = "cannot begin a named session of a readonly core";
        if (overwrite)
            VerifyMayWrite(refusal);
        var state =
            await _state.OpenSessionAsync(name, overwrite, mayCreate: !_isReadOnly && !_state.IsSnapshot)
            ?? throw NotWritable(refusal);
        try
        {
            return Derive(state, _keyPair);
        }
        finally
        {
            state.Unhold();
        }
    }

    /// <summary>A session that goes on showing what this one shows when the writes before are done.</summary>
    public async Task<Hypercore> OpenSnapshotAsync()
    {
        VerifyOpen();
        return Derive(await _state.TakeSnapshotAsync(), null);
    }

    /// <summary>
    /// Moves what a named session appended into this core, signed; up to <paramref name="length"/> if it is given. Null if the
    /// session is not ahead, or the core has moved on to something else.
    /// </summary>
    /// <exception cref="HypercoreException">
    /// SESSION_NOT_WRITABLE: this session was opened to read, or cannot sign. INVALID_OPERATION: not a session of this core, or
    /// not one that can be moved into it. INVALID_SIGNATURE; SESSION_CLOSED.
    /// </exception>
    public Task<CoreLength?> CommitAsync(Hypercore session, ulong? length = null, AppendOptions? options = null)
    {
        VerifyOpen();
        session.VerifyOpen();
        VerifyMayWrite("cannot commit to a readonly core");
        return _state.CommitAsync(session._state, length, options?.KeyPair ?? _keyPair, options?.Signature ?? default);
    }

    /// <summary>
    /// This session inside an atom: it shows its changes at once, others see them when the atom is flushed. A core or named
    /// session is in one atom at a time, until the sessions in it are closed; what they have changed is flushed all the same.
    /// </summary>
    /// <exception cref="HypercoreException">INVALID_OPERATION: in an atom already. BAD_ARGUMENT: an atom of another store.</exception>
    public Hypercore OpenInAtom(CoreAtom atom)
    {
        VerifyOpen();
        return Derive(_state.OpenInAtom(atom), _keyPair);
    }

    private Hypercore Derive(CoreState state, KeyPair? keyPair) =>
        new(_core, state, keyPair, _encryption, _isReadOnly, _allowFork) { Reads = Reads };
}
