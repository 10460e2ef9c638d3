using System.Globalization;
using System.Text;

namespace Dashboard.Hosting;

/// <summary>What the product needs of ICU, and the one culture that it formats and compares in.</summary>
static class Globalization
{
    /// <summary>Makes the invariant culture everybody's, whatever the machine's language, and makes sure that text is normalized: without ICU
    /// <see cref="string.Normalize(NormalizationForm)"/> returns its text unchanged and reports nothing, and one password would be two.</summary>
    /// <exception cref="StartException">ICU is missing or switched off.</exception>
    public static void Prepare()
    {
        CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.InvariantCulture;
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.DefaultThreadCurrentUICulture = CultureInfo.InvariantCulture;
        if ("u\u0308".Normalize(NormalizationForm.FormKC) != "\u00fc")
        {
            throw new StartException(
                "Text cannot be normalized on this machine, so that names and passwords would not compare: install ICU (the package libicu) and unset DOTNET_SYSTEM_GLOBALIZATION_INVARIANT.");
        }
    }
}
