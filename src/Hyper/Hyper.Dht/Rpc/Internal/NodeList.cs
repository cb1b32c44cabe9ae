namespace Hyper.Dht.Rpc.Internal;

/// <summary>The known nodes in order of last contact, as a list through the nodes themselves.</summary>
internal sealed class NodeList
{
    public int Count { get; private set; }

    /// <summary>The node not heard from for the longest time.</summary>
    public RoutingNode? Oldest { get; private set; }

    /// <summary>The node heard from last.</summary>
    public RoutingNode? Latest { get; private set; }

    /// <summary>Adds a node as the latest, or moves it there.</summary>
    public void Touch(RoutingNode node)
    {
        if (ReferenceEquals(node, Latest))
            return;
        if (node.IsListed)
            Remove(node);
        node.IsListed = true;
        node.Older = Latest;
        if (Latest is null)
            Oldest = node;
        else
            Latest.Newer = node;
        Latest = node;
        Count++;
    }

    public void Remove(RoutingNode node)
    {
        if (!node.IsListed)
            return;
        if (node.Older is null)
            Oldest = node.Newer;
        else
            node.Older.Newer = node.Newer;
        if (node.Newer is null)
            Latest = node.Older;
        else
            node.Newer.Older = node.Older;
        node.Older = node.Newer = null;
        node.IsListed = false;
        Count--;
    }
}
