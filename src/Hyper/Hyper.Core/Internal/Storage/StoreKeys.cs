using Hyper.Encoding;

namespace Hyper.Core.Internal;

/// <summary>
/// Keys of the store. Source: hypercore-storage 1.18.0, lib/keys.js; docs/protocol/hypercore.md, "Storage". Keys of a fixed
/// size are written into room of the caller, at least <see cref="MaxBytes"/>.
/// </summary>
internal static class StoreKeys
{
    /// <summary>Room for any key that is not named by a user.</summary>
    public const int MaxBytes = 48;

    /// <summary>The longest key of <see cref="Local"/> as JavaScript takes it.</summary>
    public const int MaxLocalKeyBytes = 2048;

    private const byte CoreByDiscoveryKey = 1;
    private const byte CoreByAlias = 2;
    private const byte CoreRecord = 3;
    private const byte DataRecord = 4;

    private enum CorePart : byte
    {
        Auth = 0,
        Sessions = 1,
    }

    private enum DataPart : byte
    {
        Head = 0,
        Dependency = 1,
        Hints = 2,
        Block = 3,
        TreeNode = 4,
        BitfieldPage = 5,
        UserData = 6,
        Local = 7,
        End = 8,
    }

    /// <summary>The record of the whole store.</summary>
    public static ReadOnlySpan<byte> Head => [0];

    /// <summary>Begin of the records of cores; ends at <see cref="CoresEnd"/>.</summary>
    public static ReadOnlySpan<byte> CoresStart => [CoreByDiscoveryKey];

    public static ReadOnlySpan<byte> CoresEnd => [CoreByAlias];

    public static ReadOnlySpan<byte> AliasesEnd => [CoreRecord];

    public static ReadOnlySpan<byte> Core(Span<byte> room, scoped in Bytes32 discoveryKey)
    {
        room[0] = CoreByDiscoveryKey;
        discoveryKey.Span.CopyTo(room[1..]);
        return room[..(1 + Bytes32.Length)];
    }

    public static byte[] Alias(in Bytes32 space, string name)
    {
        var text = TextEncoding.UTF8.GetBytes(name);
        var key = new byte[1 + Bytes32.Length + IndexEncoding.SizeOfString(text)];
        key[0] = CoreByAlias;
        space.Span.CopyTo(key.AsSpan(1));
        IndexEncoding.WriteString(key.AsSpan(1 + Bytes32.Length), text);
        return key;
    }

    /// <summary>Begin and end of the aliases of one namespace.</summary>
    public static (byte[] Start, byte[] End) Aliases(in Bytes32 space)
    {
        byte[] start = [CoreByAlias, .. space.Span];
        return (start, [.. start, IndexEncoding.Infinity]);
    }

    public static ReadOnlySpan<byte> Auth(Span<byte> room, ulong core) => OfCore(room, core, CorePart.Auth);

    public static ReadOnlySpan<byte> Sessions(Span<byte> room, ulong core) => OfCore(room, core, CorePart.Sessions);

    public static ReadOnlySpan<byte> DataHead(Span<byte> room, ulong data) => OfData(room, data, DataPart.Head);

    public static ReadOnlySpan<byte> Dependency(Span<byte> room, ulong data) => OfData(room, data, DataPart.Dependency);

    public static ReadOnlySpan<byte> Hints(Span<byte> room, ulong data) => OfData(room, data, DataPart.Hints);

    public static ReadOnlySpan<byte> Block(Span<byte> room, ulong data, ulong index) =>
        OfData(room, data, DataPart.Block, index);

    public static ReadOnlySpan<byte> BlocksEnd(Span<byte> room, ulong data) => EndOf(room, data, DataPart.Block);

    public static ReadOnlySpan<byte> TreeNode(Span<byte> room, ulong data, ulong index) =>
        OfData(room, data, DataPart.TreeNode, index);

    public static ReadOnlySpan<byte> TreeNodesEnd(Span<byte> room, ulong data) => EndOf(room, data, DataPart.TreeNode);

    public static ReadOnlySpan<byte> BitfieldPage(Span<byte> room, ulong data, ulong page)
    {
        var length = OfData(room, data, DataPart.BitfieldPage, page).Length;
        room[length] = 0;
        return room[..(length + 1)];
    }

    public static ReadOnlySpan<byte> BitfieldPagesEnd(Span<byte> room, ulong data) =>
        EndOf(room, data, DataPart.BitfieldPage);

    public static byte[] UserData(ulong data, string name)
    {
        Span<byte> room = stackalloc byte[MaxBytes];
        var prefix = OfData(room, data, DataPart.UserData);
        var text = TextEncoding.UTF8.GetBytes(name);
        var key = new byte[prefix.Length + IndexEncoding.SizeOfString(text)];
        prefix.CopyTo(key);
        IndexEncoding.WriteString(key.AsSpan(prefix.Length), text);
        return key;
    }

    public static ReadOnlySpan<byte> UserDataStart(Span<byte> room, ulong data) =>
        OfData(room, data, DataPart.UserData);

    public static ReadOnlySpan<byte> UserDataEnd(Span<byte> room, ulong data) => OfData(room, data, DataPart.Local);

    public static byte[] Local(ulong data, ReadOnlySpan<byte> name)
    {
        Span<byte> room = stackalloc byte[MaxBytes];
        return [.. OfData(room, data, DataPart.Local), .. name];
    }

    public static ReadOnlySpan<byte> LocalStart(Span<byte> room, ulong data) => OfData(room, data, DataPart.Local);

    public static ReadOnlySpan<byte> LocalEnd(Span<byte> room, ulong data) => OfData(room, data, DataPart.End);

    /// <summary>The number of a block, node or page in its key; false for another kind of key.</summary>
    public static bool TryReadIndex(ReadOnlySpan<byte> key, out ulong index)
    {
        index = 0;
        return IndexEncoding.TryReadUInt(ref key, out var kind)
            && kind == DataRecord
            && IndexEncoding.TryReadUInt(ref key, out _)
            && IndexEncoding.TryReadUInt(ref key, out var part)
            && part is (byte)DataPart.Block or (byte)DataPart.TreeNode or (byte)DataPart.BitfieldPage
            && IndexEncoding.TryReadUInt(ref key, out index);
    }

    /// <summary>The name in a key of user data.</summary>
    public static bool TryReadUserDataName(ReadOnlySpan<byte> key, out string name)
    {
        name = "";
        if (
            !IndexEncoding.TryReadUInt(ref key, out _)
            || !IndexEncoding.TryReadUInt(ref key, out _)
            || !IndexEncoding.TryReadUInt(ref key, out _)
            || !IndexEncoding.TryReadString(ref key, out var text)
        )
            return false;
        name = TextEncoding.UTF8.GetString(text);
        return true;
    }

    private static ReadOnlySpan<byte> OfCore(Span<byte> room, ulong core, CorePart part)
    {
        room[0] = CoreRecord;
        var length = 1 + IndexEncoding.WriteUInt(room[1..], core);
        room[length++] = (byte)part;
        return room[..length];
    }

    private static ReadOnlySpan<byte> OfData(Span<byte> room, ulong data, DataPart part)
    {
        room[0] = DataRecord;
        var length = 1 + IndexEncoding.WriteUInt(room[1..], data);
        room[length++] = (byte)part;
        return room[..length];
    }

    private static ReadOnlySpan<byte> OfData(Span<byte> room, ulong data, DataPart part, ulong index)
    {
        var length = OfData(room, data, part).Length;
        length += IndexEncoding.WriteUInt(room[length..], index);
        return room[..length];
    }

    private static ReadOnlySpan<byte> EndOf(Span<byte> room, ulong data, DataPart part)
    {
        var length = OfData(room, data, part).Length;
        room[length] = IndexEncoding.Infinity;
        return room[..(length + 1)];
    }
}
