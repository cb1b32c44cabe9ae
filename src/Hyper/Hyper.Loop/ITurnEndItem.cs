namespace Hyper.Loop;

/// <summary>Something that gathers work during a turn and does it once when the turn ends.</summary>
public interface ITurnEndItem
{
    /// <summary>Does the gathered work. Must not throw.</summary>
    void OnTurnEnd();
}
