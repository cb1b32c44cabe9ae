using System.Buffers.Binary;
using Hyper.Encoding;

namespace Hyper.Core.Internal;

/// <summary>
/// What is signed: a tree of a length in a fork, written into room of the caller. Source: hypercore 11.18.3, lib/caps.js,
/// <c>treeSignable</c> and <c>treeSignableCompat</c>.
/// </summary>
internal static class Signable
{
    /// <summary>Room that any form fits in.</summary>
    public const int MaxBytes = (3 * Bytes32.Length) + (2 * sizeof(ulong));

    /// <summary>
    /// TREE ‖ context ‖ tree hash ‖ u64 length ‖ u64 fork. The context is the core's key, and in manifests of version 0 the
    /// signer's namespace.
    /// </summary>
    public static ReadOnlySpan<byte> Write(
        Span<byte> room,
        scoped in Bytes32 context,
        scoped in Bytes32 hash,
        ulong length,
        ulong fork
    )
    {
        CoreNamespaces.Tree.Span.CopyTo(room);
        context.Span.CopyTo(room[Bytes32.Length..]);
        return Finish(room, 2 * Bytes32.Length, hash, length, fork);
    }

    /// <summary>The form of cores without a manifest: no context, and in the oldest ones no TREE either.</summary>
    public static ReadOnlySpan<byte> WriteCompat(
        Span<byte> room,
        bool legacy,
        scoped in Bytes32 hash,
        ulong length,
        ulong fork
    )
    {
        if (!legacy)
            CoreNamespaces.Tree.Span.CopyTo(room);
        return Finish(room, legacy ? 0 : Bytes32.Length, hash, length, fork);
    }

    private static ReadOnlySpan<byte> Finish(
        Span<byte> room,
        int start,
        scoped in Bytes32 hash,
        ulong length,
        ulong fork
    )
    {
        hash.Span.CopyTo(room[start..]);
        BinaryPrimitives.WriteUInt64LittleEndian(room[(start + Bytes32.Length)..], length);
        var end = start + Bytes32.Length + sizeof(ulong);
        BinaryPrimitives.WriteUInt64LittleEndian(room[end..], fork);
        return room[..(end + sizeof(ulong))];
    }
}
