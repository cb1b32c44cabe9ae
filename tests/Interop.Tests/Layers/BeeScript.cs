using Interop.Tests.Harness;

namespace Interop.Tests.Layers;

/// <summary>Random operations on a bee with so many different keys.</summary>
internal sealed class BeeScript(Random random, int keys)
{
    private const int MaxBatch = 40;

    // Inside a batch there is no tree to compare with.
    private readonly List<ulong> _versions = [1];

    /// <summary>Tells of a version that ends a change.</summary>
    public void AddVersion(ulong version) => _versions.Add(version);

    public JsBee.Operation[] Next(int count) => [.. Enumerable.Range(0, count).Select(_ => Next())];

    private JsBee.Operation Next() =>
        random.Next(100) switch
        {
            < 60 => Change(),
            < 75 => new JsBee.Operation(
                "batch",
                Parts: [.. Enumerable.Range(0, random.Next(MaxBatch)).Select(_ => Change())]
            ),
            < 90 => new JsBee.Operation("get", Key: Key()),
            < 96 => Bounded("range") with { Reverse = random.Next(2) == 0 },
            < 98 => Bounded("diff") with { Version = _versions[random.Next(_versions.Count)], Limit = -1 },
            98 when random.Next(5) == 0 => Truncation(),
            _ => new JsBee.Operation("history", Reverse: random.Next(2) == 0),
        };

    /// <summary>Mostly a little is undone, now and then everything.</summary>
    private JsBee.Operation Truncation()
    {
        var version = _versions[
            random.Next(10) == 0 ? 0 : _versions.Count - random.Next(1, Math.Min(4, _versions.Count + 1))
        ];
        _versions.RemoveAll(known => known > version);
        return new JsBee.Operation("truncate", Version: version);
    }

    private JsBee.Operation Change()
    {
        var refuse = random.Next(20) == 0;
        return random.Next(5) < 2
            ? new JsBee.Operation("del", Key(), Refuse: refuse)
            : new JsBee.Operation("put", Key(), random.Next(10) == 0 ? null : Bytes(30), refuse);
    }

    private JsBee.Operation Bounded(string verb)
    {
        var lower = random.Next(3);
        var upper = random.Next(3);
        return new JsBee.Operation(
            verb,
            Gt: lower == 1 ? Key() : null,
            Gte: lower == 2 ? Key() : null,
            Lt: upper == 1 ? Key() : null,
            Lte: upper == 2 ? Key() : null,
            Limit: random.Next(3) == 0 ? random.Next(10) : -1
        );
    }

    /// <summary>Keys of different lengths, some the beginning of others, one of no bytes.</summary>
    private string Key()
    {
        var number = random.Next(keys);
        return Convert.ToHexStringLower(BitConverter.GetBytes(number).AsSpan(0, number < 256 ? number & 1 : 3));
    }

    private string Bytes(int max)
    {
        var bytes = new byte[random.Next(max)];
        random.NextBytes(bytes);
        return Convert.ToHexStringLower(bytes);
    }
}
