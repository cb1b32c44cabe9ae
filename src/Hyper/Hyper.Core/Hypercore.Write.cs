using Hyper.Core.Internal;

namespace Hyper.Core;

public sealed partial class Hypercore
{
    private static readonly AppendOptions _noOptions = new();

    /// <inheritdoc cref="AppendAsync(IReadOnlyList{ReadOnlyMemory{byte}}, AppendOptions, CancellationToken)"/>
    public Task<CoreLength> AppendAsync(ReadOnlyMemory<byte> block, CancellationToken cancellationToken = default) =>
        AppendAsync([block], null, cancellationToken);

    /// <summary>
    /// Appends blocks, and completes when they are stored with the durability of the store. The blocks are not copied: leave
    /// them unchanged until then.
    /// </summary>
    /// <returns>Length and byte length after these blocks.</returns>
    /// <exception cref="HypercoreException">
    /// SESSION_NOT_WRITABLE without a key pair, or in a session that was opened to read; BAD_ARGUMENT for a block over 15 MiB; INVALID_OPERATION if the core is not as
    /// <paramref name="options"/> expect; WRITE_FAILED if it could not be stored.
    /// </exception>
    public Task<CoreLength> AppendAsync(
        IReadOnlyList<ReadOnlyMemory<byte>> blocks,
        AppendOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        VerifyOpen();
        options ??= _noOptions;
        var keyPair = options.KeyPair ?? (_state.Name is null ? _keyPair : null);
        VerifyMayWrite("cannot append to a readonly core");
        if (_state == _core.Default && keyPair is null && options.Signature.IsEmpty)
            throw NotWritable("cannot append to a readonly core");
        foreach (var block in blocks)
        {
            if (block.Length > MaxBlockBytes - Padding)
                throw new HypercoreException(
                    HypercoreErrorCode.BadArgument,
                    $"A block of {block.Length} bytes is over the limit of {MaxBlockBytes - Padding}."
                );
        }
        var append = _state.AppendAsync(blocks, options, keyPair, FindCipher(), cancellationToken);
        return _encryption is null
            ? append
            : append.SelectAsync(end => end with { ByteLength = WithoutPadding(end.Length, end.ByteLength) });
    }

    /// <summary>Cuts the core to <paramref name="length"/> blocks, under the next fork or the one given.</summary>
    /// <exception cref="HypercoreException">
    /// SESSION_NOT_WRITABLE as for an append; INVALID_OPERATION above the length or inside the prologue.
    /// </exception>
    public Task<CoreLength> TruncateAsync(
        ulong length,
        ulong? fork = null,
        CancellationToken cancellationToken = default
    )
    {
        VerifyOpen();
        VerifyMayWrite("cannot append to a non-writable core");
        // Whoever cannot sign can only forget the blocks: a fork of their own no peer would follow.
        if (_state == _core.Default && _keyPair is null && (length > 0 || (fork ?? (Fork + 1)) != Fork))
            throw NotWritable("cannot append to a non-writable core");
        // A truncated session is signed where it can be, an extended one is not: JavaScript does so, and it is on disk.
        return _state.TruncateAsync(length, fork, _keyPair, default, cancellationToken);
    }

    /// <summary>Forgets stored blocks from <paramref name="start"/> up to but without <paramref name="end"/>.</summary>
    /// <exception cref="HypercoreException">SESSION_NOT_WRITABLE: the session was opened to read, or is a snapshot.</exception>
    public Task ClearAsync(ulong start, ulong? end = null, CancellationToken cancellationToken = default)
    {
        VerifyOpen();
        VerifyMayWrite("cannot clear blocks of a readonly core");
        return _state.ClearAsync(start, end ?? start + 1, cancellationToken);
    }

    /// <summary>Stores bytes with the core under a name, or removes them (null). Not replicated.</summary>
    /// <exception cref="HypercoreException">SESSION_NOT_WRITABLE: the session was opened to read, or is a snapshot.</exception>
    public Task SetUserDataAsync(
        string name,
        ReadOnlyMemory<byte>? value,
        CancellationToken cancellationToken = default
    )
    {
        VerifyOpen();
        VerifyMayWrite("cannot set user data of a readonly core");
        return _state.SetUserDataAsync(name, value, cancellationToken);
    }

    /// <summary>Refuses what changes anything, also what takes no signature, where that was not asked for.</summary>
    private void VerifyMayWrite(string refusal)
    {
        if (_isReadOnly || _state.IsSnapshot)
            throw NotWritable(refusal);
    }

    private HypercoreException NotWritable(string refusal) =>
        new(
            HypercoreErrorCode.SessionNotWritable,
            _state.IsSnapshot ? $"{refusal}: a snapshot of core {Key.ToHex()[..8]} shows what was, and never changes."
                : _isReadOnly ? $"{refusal}: this session of core {Key.ToHex()[..8]} was opened to read only."
                : $"{refusal}: the secret key of core {Key.ToHex()[..8]} is not here, and only who has it can write to the core."
        );
}
