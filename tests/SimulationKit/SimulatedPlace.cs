using TestKit;

namespace SimulationKit;

/// <summary>Where a peer's hosts stand, one after the other: at a public address, or at home behind a NAT that has it.</summary>
internal sealed class SimulatedPlace
{
    private const string HomeAddress = "192.168.1.2";

    private readonly SimulatedWorld _world;
    private readonly string _address;
    private readonly SimulatedNat? _nat;

    public SimulatedPlace(SimulatedWorld world, string address, NatBehaviour? nat)
    {
        _world = world;
        _address = address;
        _nat = nat is null ? null : world.CreateNat(address, nat);
    }

    /// <summary>A host there, once the last one is gone.</summary>
    public SimulatedHost CreateHost() => _nat?.CreateHost(HomeAddress) ?? _world.CreateHost(_address);
}
