namespace Hyper.Core.Internal;

/// <summary>Where tree algorithms find stored nodes. Called on the loop; never blocks.</summary>
internal interface ITreeNodes
{
    NodeLookup TryGet(ulong index, out TreeNode node);
}
