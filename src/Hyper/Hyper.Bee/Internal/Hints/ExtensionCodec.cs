using System.Diagnostics.CodeAnalysis;
using Hyper.Encoding;

namespace Hyper.Bee.Internal;

/// <summary>
/// Bytes of the core extension <c>hyperbee</c>. Source: hyperbee 2.26.5, lib/messages.js, <c>Extension</c>. What is longer than
/// any message that helps is refused.
/// </summary>
internal static class ExtensionCodec
{
    /// <summary>Two long keys and a checkpoint fit in.</summary>
    public const int MaxMessageBytes = 64 * 1024;

    /// <summary>Blocks of one cache message; JavaScript sends 128.</summary>
    public const int MaxBlocks = 1024;

    /// <summary>Numbers of a place in a checkpoint.</summary>
    private const int PlaceNumbers = 3;

    /// <summary>Behind the last key of the fullest node.</summary>
    private const ulong MaxStep = (2 * TreeNode.MaxKeys) + 1;

    public static int GetSize(ExtensionMessage message) =>
        (message.Cache is { } cache ? ProtobufWriter.SizeOfField(GetSize(cache)) : 0)
        + (message.Get is { } get ? ProtobufWriter.SizeOfField(GetSize(get)) : 0)
        + (message.Iterator is { } iterator ? ProtobufWriter.SizeOfField(GetSize(iterator)) : 0);

    public static byte[] Encode(ExtensionMessage message)
    {
        var bytes = new byte[GetSize(message)];
        var writer = new ProtobufWriter(bytes);
        if (message.Cache is { } cache)
            Write(ref writer, cache);
        if (message.Get is { } get)
            Write(ref writer, get);
        if (message.Iterator is { } iterator)
            Write(ref writer, iterator);
        return bytes;
    }

    /// <summary>
    /// A message as it is sent: behind its length. JavaScript registers the extension without an encoding, which makes it that
    /// of a buffer. Source: hypercore 11.18.3, index.js, <c>registerExtension</c>.
    /// </summary>
    public static byte[] EncodeFrame(ExtensionMessage message)
    {
        var frame = new byte[CompactEncoding.SizeOfBuffer(GetSize(message))];
        new CompactWriter(frame).WriteBuffer(Encode(message));
        return frame;
    }

    /// <summary>
    /// Reads a message behind its length; what follows it is ignored, as in JavaScript, unless all is longer than any message:
    /// keys keep the whole.
    /// </summary>
    public static bool TryReadFrame(ReadOnlyMemory<byte> frame, [NotNullWhen(true)] out ExtensionMessage? message)
    {
        message = null;
        if (frame.Length > CompactEncoding.SizeOfBuffer(MaxMessageBytes))
            return false;
        var reader = new CompactReader(frame.Span);
        return reader.TryReadBuffer(out var bytes)
            && TryRead(frame.Slice(reader.Position - bytes.Length, bytes.Length), out message);
    }

    /// <summary>Reads a message; keys are kept, not copied.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out ExtensionMessage? message)
    {
        message = null;
        if (bytes.Length > MaxMessageBytes)
            return false;
        var read = new ExtensionMessage();
        var reader = new ProtobufReader(bytes.Span);
        while (!reader.IsAtEnd)
        {
            if (!reader.TryReadField(out ulong field, out var content))
                return false;
            if (field == 1)
            {
                if (!TryReadCache(bytes.Span[content], out var cache))
                    return false;
                read = read with { Cache = cache };
            }
            else if (field == 2)
            {
                if (!TryReadGet(bytes[content], out var get))
                    return false;
                read = read with { Get = get };
            }
            else if (field == 3)
            {
                if (!TryReadIterator(bytes[content], out var iterator))
                    return false;
                read = read with { Iterator = iterator };
            }
        }
        message = read;
        return true;
    }

    private static int GetSize(CacheMessage cache) =>
        ProtobufWriter.SizeOfNumberField(cache.Start)
        + ProtobufWriter.SizeOfNumberField(cache.End)
        + GetPackedFieldSize(cache.Blocks);

    private static void Write(ref ProtobufWriter writer, CacheMessage cache)
    {
        writer.WriteFieldHead(1, GetSize(cache));
        writer.WriteNumberField(1, cache.Start);
        writer.WriteNumberField(2, cache.End);
        WritePacked(ref writer, 3, cache.Blocks);
    }

    private static bool TryReadCache(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out CacheMessage? cache)
    {
        cache = null;
        ulong? start = null;
        ulong? end = null;
        var blocks = new List<ulong>();
        var reader = new ProtobufReader(bytes);
        while (!reader.IsAtEnd)
        {
            if (!reader.TryReadField(out var field))
                return false;
            switch (field.Id, field.Kind)
            {
                case (1, ProtobufKind.Number):
                    start = field.Number;
                    break;
                case (2, ProtobufKind.Number):
                    end = field.Number;
                    break;
                case (3, ProtobufKind.Content):
                    if (!TryReadPacked(bytes[field.Content], blocks, MaxBlocks))
                        return false;
                    break;
                case (<= 3, _):
                    return false;
            }
        }
        if (start is null || end is null)
            return false;
        cache = new CacheMessage(start.Value, end.Value, [.. blocks]);
        return true;
    }

    private static int GetSize(GetMessage get) =>
        ProtobufWriter.SizeOfNumberField(get.Version) + ProtobufWriter.SizeOfField(get.Key.Length);

    private static void Write(ref ProtobufWriter writer, GetMessage get)
    {
        writer.WriteFieldHead(2, GetSize(get));
        writer.WriteNumberField(1, get.Version);
        writer.WriteField(2, get.Key.Span);
    }

    /// <summary>Without a key there is nothing to look for.</summary>
    private static bool TryReadGet(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out GetMessage? get)
    {
        get = null;
        var version = 0UL;
        ReadOnlyMemory<byte>? key = null;
        var reader = new ProtobufReader(bytes.Span);
        while (!reader.IsAtEnd)
        {
            if (!reader.TryReadField(out var field))
                return false;
            switch (field.Id, field.Kind)
            {
                case (1, ProtobufKind.Number):
                    version = field.Number;
                    break;
                case (2, ProtobufKind.Content):
                    key = bytes[field.Content];
                    break;
                case (<= 2, _):
                    return false;
            }
        }
        if (key is null)
            return false;
        get = new GetMessage(version, key.Value);
        return true;
    }

    private static int GetSize(IteratorMessage iterator)
    {
        var size = ProtobufWriter.SizeOfNumberField(iterator.Version);
        if (iterator.Bounds.Lower is { } lower)
            size += ProtobufWriter.SizeOfField(lower.Length);
        if (iterator.Bounds.Upper is { } upper)
            size += ProtobufWriter.SizeOfField(upper.Length);
        size += ProtobufWriter.SizeOfNumberField(iterator.Limit) + ProtobufWriter.SizeOfNumberField(1);
        return size + GetPackedFieldSize(Flatten(iterator.Checkpoint));
    }

    private static void Write(ref ProtobufWriter writer, IteratorMessage iterator)
    {
        var bounds = iterator.Bounds;
        writer.WriteFieldHead(3, GetSize(iterator));
        writer.WriteNumberField(1, iterator.Version);
        if (bounds.Lower is { } lower)
            writer.WriteField(bounds.HasLower ? 2 : 3, lower.Span);
        if (bounds.Upper is { } upper)
            writer.WriteField(bounds.HasUpper ? 4 : 5, upper.Span);
        writer.WriteNumberField(6, iterator.Limit);
        writer.WriteNumberField(7, iterator.Reverse ? 1UL : 0);
        WritePacked(ref writer, 8, Flatten(iterator.Checkpoint));
    }

    private static bool TryReadIterator(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out IteratorMessage? iterator)
    {
        iterator = null;
        var version = 0UL;
        var limit = 0UL;
        var reverse = false;
        // In the order of their fields: from, above, up to, below.
        Span<Range?> keys = stackalloc Range?[4];
        keys.Clear();
        var numbers = new List<ulong>();
        var reader = new ProtobufReader(bytes.Span);
        while (!reader.IsAtEnd)
        {
            if (!reader.TryReadField(out var field))
                return false;
            switch (field.Id, field.Kind)
            {
                case (1, ProtobufKind.Number):
                    version = field.Number;
                    break;
                case (>= 2 and <= 5, ProtobufKind.Content):
                    keys[(int)field.Id - 2] = field.Content;
                    break;
                case (6, ProtobufKind.Number):
                    limit = field.Number;
                    break;
                case (7, ProtobufKind.Number):
                    reverse = field.Number != 0;
                    break;
                case (8, ProtobufKind.Content):
                    if (!TryReadPacked(bytes.Span[field.Content], numbers, PlaceNumbers * TreeNode.MaxDepth))
                        return false;
                    break;
                case (<= 8, _):
                    return false;
            }
        }
        if (!TryReadCheckpoint(numbers, out var checkpoint))
            return false;
        // As in a range: where both bounds of a side are given, the one without the key itself counts.
        var bounds = new KeyBounds(
            Slice(bytes, keys[1] ?? keys[0]),
            keys[1] is null,
            Slice(bytes, keys[3] ?? keys[2]),
            keys[3] is null
        );
        iterator = new IteratorMessage(version, bounds, limit, reverse, checkpoint);
        return true;
    }

    private static ReadOnlyMemory<byte>? Slice(ReadOnlyMemory<byte> bytes, Range? part) =>
        part is { } range ? (ReadOnlyMemory<byte>?)bytes[range] : null;

    private static bool TryReadCheckpoint(List<ulong> numbers, out TreePlace[] checkpoint)
    {
        checkpoint = new TreePlace[numbers.Count / PlaceNumbers];
        if (numbers.Count % PlaceNumbers != 0)
            return false;
        for (var i = 0; i < checkpoint.Length; i++)
        {
            var step = numbers[(PlaceNumbers * i) + 2];
            if (step > MaxStep)
                return false;
            checkpoint[i] = new TreePlace(numbers[PlaceNumbers * i], numbers[(PlaceNumbers * i) + 1], (int)step);
        }
        return true;
    }

    private static ulong[] Flatten(IReadOnlyList<TreePlace> checkpoint)
    {
        var numbers = new ulong[PlaceNumbers * checkpoint.Count];
        for (var i = 0; i < checkpoint.Count; i++)
        {
            numbers[PlaceNumbers * i] = checkpoint[i].Seq;
            numbers[(PlaceNumbers * i) + 1] = checkpoint[i].Offset;
            numbers[(PlaceNumbers * i) + 2] = (ulong)checkpoint[i].Step;
        }
        return numbers;
    }

    private static int GetPackedSize(ReadOnlySpan<ulong> numbers)
    {
        var size = 0;
        foreach (var number in numbers)
            size += ProtobufWriter.SizeOfNumber(number);
        return size;
    }

    /// <summary>No numbers, no field.</summary>
    private static int GetPackedFieldSize(ReadOnlySpan<ulong> numbers) =>
        numbers.IsEmpty ? 0 : ProtobufWriter.SizeOfField(GetPackedSize(numbers));

    private static void WritePacked(ref ProtobufWriter writer, int field, ReadOnlySpan<ulong> numbers)
    {
        if (numbers.IsEmpty)
            return;
        writer.WriteFieldHead(field, GetPackedSize(numbers));
        foreach (var number in numbers)
            writer.WriteNumber(number);
    }

    private static bool TryReadPacked(ReadOnlySpan<byte> bytes, List<ulong> numbers, int max)
    {
        var reader = new ProtobufReader(bytes);
        while (!reader.IsAtEnd)
        {
            if (numbers.Count == max || !reader.TryReadNumber(out var number))
                return false;
            numbers.Add(number);
        }
        return true;
    }
}
