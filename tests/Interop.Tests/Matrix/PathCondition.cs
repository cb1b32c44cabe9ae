using TestKit;

namespace Interop.Tests.Matrix;

/// <summary>A path between the two sides: a row of the matrix.</summary>
/// <param name="Name">As the table says it.</param>
/// <param name="Each">What happens to the datagrams of each direction.</param>
/// <param name="Bytes">Size of a bulk transfer, so that a cell takes seconds.</param>
/// <param name="ShrinksToMtu">The MTU to which the path shrinks after a first connection, or 0.</param>
/// <param name="IsForEveryChange">Whether every change is tested with it, and not only the nightly run.</param>
public sealed record PathCondition(
    string Name,
    UdpImpairment Each,
    int Bytes = 8 << 20,
    int ShrinksToMtu = 0,
    bool IsForEveryChange = false
)
{
    /// <summary>All rows, in order.</summary>
    public static IReadOnlyList<PathCondition> All { get; } =
    [
        new("clean", UdpImpairment.None, 32 << 20),
        new("1 % loss", new UdpImpairment { Loss = 0.01 }),
        new("5 % loss", new UdpImpairment { Loss = 0.05 }, 4 << 20, IsForEveryChange: true),
        new(
            "3 % reordered by up to 3",
            new UdpImpairment { Reordering = 0.03, MaxOvertaking = 3 },
            IsForEveryChange: true
        ),
        new("1 % duplicated", new UdpImpairment { Duplication = 0.01 }),
        new("20 ms each way", new UdpImpairment { Delay = TimeSpan.FromMilliseconds(20) }),
        new("200 ms each way", new UdpImpairment { Delay = TimeSpan.FromMilliseconds(200) }),
        new("MTU 1280", new UdpImpairment { MtuBytes = 1280 }),
        new("MTU 1400", new UdpImpairment { MtuBytes = 1400 }),
        new("MTU 1500", new UdpImpairment { MtuBytes = 1500 }),
        new(
            "MTU 1500, from the second connection on 1280",
            new UdpImpairment { MtuBytes = 1500 },
            ShrinksToMtu: 1280,
            IsForEveryChange: true
        ),
    ];

    /// <inheritdoc/>
    public override string ToString() => Name;
}
