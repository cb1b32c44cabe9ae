namespace Hyper.Core.Internal;

/// <summary>Where tree algorithms find stored nodes. Called on the loop; never blocks.</summary>
internal interface ITreeNodes
{
    Lookup TryGet(ulong index, out TreeNode node);
}
