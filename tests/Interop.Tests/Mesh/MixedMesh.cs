using Intercom.Sidechannels;
using Interop.Tests.Harness;
using Interop.Tests.Layers;
using Interop.Tests.Ours;

namespace Interop.Tests.Mesh;

/// <summary>
/// Twelve peers, every other one a partner's, of both package sets. Eight stand in a ring whose links are never cut, and
/// are on every channel; two come and go; two are strangers that keep to no invites and listen where they may not.
/// </summary>
internal sealed class MixedMesh : IAsyncDisposable
{
    public const string Hall = "hall";
    public const string News = "news";
    public const string Club = "club";

    /// <summary>Stands in every message on the club, and nowhere else.</summary>
    public const string Secret = "only for the invited";

    public const int Size = 12;

    /// <summary>Members 0 to 7 stand in the ring.</summary>
    public const int Ring = 8;

    /// <summary>The news' owner, one of ours.</summary>
    public const int Owner = 0;

    /// <summary>Comes and goes, and is invited to the club.</summary>
    public const int InvitedGuest = 8;

    /// <summary>Comes and goes, and is not invited.</summary>
    public const int Guest = 9;

    /// <summary>Two that are not invited and listen on the club.</summary>
    public static readonly int[] Strangers = [10, 11];

    /// <summary>Those who sign invites: one of theirs, one of ours.</summary>
    private static readonly int[] _inviters = [1, 2];

    private const int Difficulty = 4;

    /// <summary>Enough for any way through the mesh.</summary>
    private const int Ttl = 12;

    private readonly OurLoop _loop;
    private readonly DhtNetwork _network;
    private readonly JsPartner[] _partners;

    private MixedMesh(OurLoop loop, DhtNetwork network, JsPartner[] partners)
    {
        _loop = loop;
        _network = network;
        _partners = partners;
    }

    public List<IMeshMember> Members { get; } = [];

    public static async Task<MixedMesh> StartAsync(OurLoop loop, JsPartner[] partners) =>
        new(loop, await DhtNetwork.StartAsync(NetworkOwner.Theirs, loop, partners[0]), partners);

    /// <summary>The next member comes, joins its channels and is linked with those before it.</summary>
    public async Task AddMemberAsync()
    {
        var number = Members.Count;
        var member = number % 2 == 0 ? await StartOursAsync(number) : await StartTheirsAsync(number);
        Members.Add(member);
        await member.JoinAsync(Hall);
        await member.JoinAsync(News);
        if (number < Ring || number == InvitedGuest)
            await EnterClubAsync(number);
        else if (Strangers.Contains(number))
            await member.JoinAsync(Club);
        foreach (var other in FirstLinks(number))
            await member.LinkAsync(Members[other].Key);
        // Inviters come second and third: those before them are invited once they are there.
        if (number == _inviters[^1])
            for (var early = 0; early < number; early++)
                await EnterClubAsync(early);
    }

    /// <summary>Takes an invite, of either make in turn, and joins; those who invite need none.</summary>
    public async Task EnterClubAsync(int number)
    {
        if (Members.Count <= _inviters[^1])
            return;
        if (!_inviters.Contains(number))
        {
            var inviter = Members[_inviters[number / 2 % _inviters.Length]];
            await Members[number].AcceptAsync(Club, await inviter.InviteAsync(Club, Members[number].Key));
        }
        await Members[number].JoinAsync(Club);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var member in Members)
            await member.StopAsync();
        await _network.DisposeAsync();
    }

    private static int[] FirstLinks(int number) =>
        number switch
        {
            0 => [],
            < Ring - 1 => [number - 1],
            Ring - 1 => [number - 1, 0],
            _ => [number % Ring, (number + 3) % Ring],
        };

    private static string SeedOf(int number) => Seeds.Of((byte)(0x20 + number));

    private static string KeyOf(int number)
    {
        using var pair = Keys.Of(SeedOf(number));
        return pair.PublicKey.ToHex();
    }

    private async Task<IMeshMember> StartOursAsync(int number)
    {
        var watch = new SidechannelWatch(Secret);
        var options = new SidechannelOptions
        {
            WelcomeRequired = false,
            ProofOfWorkDifficulty = Difficulty,
            RateBytesPerSecond = 0,
            RelayTtl = Ttl,
            InviteRequired = !Strangers.Contains(number),
            InviteChannels = [Club],
            InviterKeys = [.. _inviters.Select(KeyOf)],
            OwnerWriteChannels = [News],
            OwnerKeys = new Dictionary<string, string> { [News] = KeyOf(Owner) },
        };
        var peer = await OurSidechannels.StartAsync(_loop, _network.Bootstrap, SeedOf(number), options, watch);
        await peer.ListenAsync();
        return new OurMeshMember(_loop, peer, watch);
    }

    private async Task<IMeshMember> StartTheirsAsync(int number)
    {
        var rules = new
        {
            inviteChannels = Strangers.Contains(number) ? [] : new[] { Club },
            inviters = _inviters.Select(KeyOf),
            owners = new Dictionary<string, string> { [News] = KeyOf(Owner) },
            ownerOnly = new[] { News },
        };
        var partner = _partners[number / 2 % _partners.Length];
        var peer = await JsSidechannel.StartAsync(
            partner,
            _network.Bootstrap,
            Difficulty,
            Ttl,
            seed: SeedOf(number),
            rules: rules,
            secret: Secret
        );
        return new JsMeshMember(peer);
    }
}
