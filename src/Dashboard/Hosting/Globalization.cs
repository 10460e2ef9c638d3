using System.Globalization;
using System.Text;

namespace Dashboard.Hosting;

/// <summary>The culture of the product, and what it needs from ICU.</summary>
static class Globalization
{
    /// <summary>Sets the invariant culture, whatever the language of the machine, and verifies that strings can be normalized. Without ICU,
    /// <see cref="string.Normalize(NormalizationForm)"/> silently returns its input, and two spellings of a password would
    /// differ.</summary>
    /// <exception cref="StartException">ICU is missing or disabled.</exception>
    public static void Prepare()
    {
        CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.InvariantCulture;
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.DefaultThreadCurrentUICulture = CultureInfo.InvariantCulture;
        if ("u\u0308".Normalize(NormalizationForm.FormKC) != "\u00fc")
        {
            throw new StartException(
                "Names and passwords cannot be normalized on this machine: install ICU (the package libicu) and unset DOTNET_SYSTEM_GLOBALIZATION_INVARIANT.");
        }
    }
}
