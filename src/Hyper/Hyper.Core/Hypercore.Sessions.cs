using Hyper.Core.Internal;

namespace Hyper.Core;

public sealed partial class Hypercore
{
    /// <summary>Another session on what this one looks at. As any made from this one, it reads as <see cref="Reads"/> says here.</summary>
    public Hypercore OpenSession()
    {
        VerifyOpen();
        return new Hypercore(_core, _state, _keyPair, _encryption) { Reads = Reads };
    }

    /// <summary>
    /// A named session: a branch that begins with what this session has, has blocks of its own, and is kept. It is opened again
    /// by its name, or begun anew with <paramref name="overwrite"/>.
    /// </summary>
    public async Task<Hypercore> OpenSessionAsync(string name, bool overwrite = false)
    {
        VerifyOpen();
        var state = await _state.OpenSessionAsync(name, overwrite);
        return new Hypercore(_core, state, _keyPair, _encryption) { Reads = Reads };
    }

    /// <summary>A session that goes on showing what this one shows when the writes before are done.</summary>
    public async Task<Hypercore> OpenSnapshotAsync()
    {
        VerifyOpen();
        return new Hypercore(_core, await _state.TakeSnapshotAsync(), null, _encryption) { Reads = Reads };
    }

    /// <summary>
    /// Moves what a named session appended into this core, signed; up to <paramref name="length"/> if it is given. Null if the
    /// session is not ahead, or the core has moved on to something else.
    /// </summary>
    public Task<CoreLength?> CommitAsync(Hypercore session, ulong? length = null, AppendOptions? options = null)
    {
        VerifyOpen();
        return _state.CommitAsync(session._state, length, options?.KeyPair ?? _keyPair, options?.Signature ?? default);
    }

    /// <summary>
    /// This session inside an atom: it shows its changes at once, others see them when the atom is flushed. A core or named
    /// session is in one atom at a time, until the sessions in it are closed.
    /// </summary>
    /// <exception cref="HypercoreException">INVALID_OPERATION: in an atom already. BAD_ARGUMENT: an atom of another store.</exception>
    public Hypercore OpenInAtom(CoreAtom atom)
    {
        VerifyOpen();
        return new Hypercore(_core, _state.OpenInAtom(atom), _keyPair, _encryption) { Reads = Reads };
    }
}
